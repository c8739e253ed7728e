"""The one reading of `Retry-After`: seconds or a date, and nonsense is no reason to wait for ever."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 60.0  # a server that names more is asked again after this long: its clock or its configuration may be wrong


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """How many seconds the server asks to wait: at least 0, at most 60, None if it did not say or said nothing that can be read.

    Args:
        headers: of the answer; names in any case if it is an `httpx.Headers`.
        now: what a date is counted from; default the present time.

    Source: RFC 9110 section 10.2.3; docs/vendors/konnect.md, Rate limits.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, now or datetime.now(UTC))
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_SECONDS)


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
