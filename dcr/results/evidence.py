"""The call that showed something, as it may stand in a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One exchange with a system, without any content."""

    call: str  # method and URL, without query
    status: int | None  # None: no answer
    at: str  # RFC 3339, UTC
    milliseconds: int
    request_id: str = ""
