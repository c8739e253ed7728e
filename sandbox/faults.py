"""What can go wrong between a client and a server, and for which request. One fault at a time, planned, never by chance."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum


class Timing(StrEnum):
    """Whether the server behind got the request."""

    BEFORE = "before it is applied"
    AFTER = "after it was applied"


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that the proxy gives instead of the server's."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault, and the ways in which it shows."""

    name: str
    timing: Timing = Timing.BEFORE
    canned: Canned | None = None
    refuse: bool = False  # the connection, before TLS
    drop: bool = False  # the connection, without an answer
    cut: bool = False  # the connection, in the middle of the answer's body
    truncate: bool = False  # the answer's body, whose length then fits: what is left is a whole answer of half the text
    delay_seconds: float = 0.0  # before the answer; longer than the client waits
    for_systems: frozenset[str] = frozenset()  # empty: any
    disturb: bool = False  # have `FaultPlan.disturbance` happen, at the given time


def _restconf(tag: str, message: str) -> bytes:
    error = {"error-type": "application", "error-tag": tag, "error-message": message}
    return json.dumps({"ietf-restconf:errors": {"error": [error]}}).encode()


def _in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


CURITY, VAULT = frozenset({"curity-admin"}), frozenset({"vault"})
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


def kinds(*, longer_than_the_client_waits: float) -> tuple[Kind, ...]:
    """Every kind of fault, as the walk by counting uses them.

    Args:
        longer_than_the_client_waits: seconds by which an answer is late.
    """
    after, answer = Timing.AFTER, Canned
    problem = "application/problem+json"
    return (
        Kind("connection refused", refuse=True),
        Kind("dropped before applying", drop=True),
        Kind("dropped after applying", after, drop=True),
        Kind("late, not applied", delay_seconds=longer_than_the_client_waits),
        Kind("late, applied", after, delay_seconds=longer_than_the_client_waits),
        Kind("401", canned=answer(401, b'{"message":"Unauthorized","status":401}')),
        Kind(
            "403", canned=answer(403, b'{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"],"title":"Forbidden","status":403}')
        ),
        Kind("408", canned=answer(408)),
        Kind("409 in-use", canned=answer(409, _restconf("in-use", "the configuration database is locked")), for_systems=CURITY),
        Kind("409 lock-denied", canned=answer(409, _restconf("lock-denied", "the configuration database is locked")), for_systems=CURITY),
        Kind("409 duplicate", after, canned=answer(409, b'{"status":409,"title":"Conflict","detail":"already exists"}', problem)),
        Kind("412 without body", canned=answer(412)),
        Kind("429", canned=answer(429)),
        Kind("429, a second", canned=answer(429, headers=(("Retry-After", "1"),))),
        Kind("429, a date", canned=answer(429, headers=(("Retry-After", _in_an_hour()),))),
        Kind("429, absurd", canned=answer(429, headers=(("Retry-After", "99999999999999999999"),))),
        Kind("500, not applied", canned=answer(500)),
        Kind("500, applied", after, canned=answer(500)),
        Kind("502 with HTML", after, canned=answer(502, HTML, "text/html")),
        Kind("503", canned=answer(503)),
        Kind("cut off in the body", after, cut=True),
        Kind("truncated JSON", after, truncate=True),
        Kind("redirect elsewhere", canned=answer(307, headers=(("Location", "https://localhost:9/elsewhere"),))),
        Kind("vault sealed", canned=answer(503, b'{"errors":["Vault is sealed"]}'), for_systems=VAULT),
        Kind("vault token expired", canned=answer(403, b'{"errors":["permission denied"]}'), for_systems=VAULT),
        Kind("changed behind our back", disturb=True),
    )


Matches = Callable[[str, str, str], bool]
"""System, method, path -> whether a request is counted. Of a connection that may have to be refused only the system is known."""
Disturbance = Callable[[str, str, str], None]
"""What happens meanwhile, given the system, method and path of the request."""


def any_request(_system: str, _method: str, _path: str) -> bool:
    """Count every request."""
    return True


def _nothing(_system: str, _method: str, _path: str) -> None:
    """Nothing happens meanwhile."""


@dataclass(slots=True)
class FaultPlan:
    """Which request gets which fault. Requests of all proxied systems are counted together, in the order of their arrival."""

    kind: Kind | None = None
    nth: int = 0  # the request that gets it, from 1; 0: none
    times: int = 1  # how many requests in a row
    matches: Matches = any_request
    disturbance: Disturbance = _nothing
    counted: int = 0
    met: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def arrange(
        self, kind: Kind | None, nth: int, times: int = 1, matches: Matches = any_request, disturbance: Disturbance = _nothing
    ) -> None:
        """Plan anew, and count from nothing.

        Args:
            kind: the fault; None only counts.
            nth: the request that gets it, from 1.
            times: how many requests in a row.
            matches: which requests are counted.
            disturbance: for a kind that disturbs.
        """
        with self._lock:
            self.kind, self.nth, self.times, self.counted, self.met = kind, nth, times, 0, 0
            self.matches, self.disturbance = matches, disturbance

    def clear(self) -> None:
        """No fault any more, and count from nothing."""
        self.arrange(None, 0)

    def for_request(self, system: str, method: str, path: str) -> Kind | None:
        """The fault that this request gets, if any; counts it."""
        with self._lock:
            kind = self.kind
            if not self.matches(system, method, path) or (kind and kind.for_systems and system not in kind.for_systems):
                return None
            self.counted += 1
            if kind is None or not self.nth <= self.counted < self.nth + self.times:
                return None
            self.met += 1
            return kind

    @property
    def refusing(self) -> bool:
        """Whether connections must not be kept, so that the next request comes with a connection of its own to be refused."""
        return self.kind is not None and self.kind.refuse
