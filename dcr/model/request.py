"""By which run something was asked for, and when: what tells an older request from a newer one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from dcr.model.timestamps import moment


@dataclass(frozen=True, slots=True)
class Request:
    """One run's. However often the run is repeated, it stays the same request."""

    run: str  # names the run for people
    run_id: str
    requested_at: str  # RFC 3339, UTC, as precise as whoever tells it: two requests may come within a second

    def older_than(self, other: str) -> bool:
        """Whether it was made before another moment; not if that is none."""
        ours, theirs = moment(self.requested_at), moment(other)
        return ours is not None and theirs is not None and ours < theirs


def request_of(run: str, run_id: str, created: datetime) -> Request:
    """A request as a server tells it."""
    return Request(run, run_id, created.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"))


def request_now(run: str) -> Request:
    """A request of this moment, by a run of its own."""
    return request_of(run, str(uuid.uuid4()), datetime.now(UTC))
