"""How a secret stands in a file that people load. Never in clear."""

from __future__ import annotations

from enum import StrEnum


class SecretForm(StrEnum):
    """Of the initial client's secret in Curity's fragment."""

    PARAMETER = "parameter"
    HASH = "hash"
