"""The labels by which shared objects are recognised as ours, and by which a write-only secret is compared.

Source: docs/vendors/konnect.md, Labels: settable in the same request as the change, readable afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

MANAGED_BY = "managed-by"
OURS = "dcr"
SECRET_VERSION = "secret-version"  # noqa: S105 - the label's name; its value is the version in Vault of the secret that was sent

Labels = Mapping[str, str | None]


def is_ours(labels: Labels) -> bool:
    """Whether this tool made the object or took it over."""
    return labels.get(MANAGED_BY) == OURS
