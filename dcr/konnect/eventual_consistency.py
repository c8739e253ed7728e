"""What was just created may be refused or not found for some seconds; after that, 403 and 404 mean what they say.

Source: docs/vendors/konnect.md, Roles: rights on a new object may lag.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from dcr.errors import DcrError, Passing
from dcr.http.polling import REAL_CLOCK, Clock

CONSISTENCY_SECONDS = 10.0
MOST_ATTEMPTS = 20  # a bound beside the clock
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 2.0


class NotYetVisible(Passing):
    """403 or 404 for something that this process created a moment ago."""


class EventualConsistency:
    """Remembers what was just created. Threads share it."""

    def __init__(self, clock: Clock = REAL_CLOCK) -> None:
        self._clock = clock
        self._created: dict[str, float] = {}
        self._lock = threading.Lock()

    def remember(self, created_id: str) -> None:
        """Be patient with calls that name this id."""
        with self._lock:
            self._created = {old: at for old, at in self._created.items() if self._clock.now() - at < CONSISTENCY_SECONDS}
            self._created[created_id] = self._clock.now()

    def forget(self, deleted_id: str) -> None:
        """It was deleted: 404 is now the right answer."""
        with self._lock:
            self._created.pop(deleted_id, None)

    def judge(self, verdict: DcrError | None, response: httpx.Response) -> DcrError | None:
        """Turn 403 and 404 into `NotYetVisible` while what the request names is new."""
        if verdict is None or response.status_code not in (403, 404) or not self._names_new_one(response.request):
            return verdict
        return NotYetVisible(verdict.where, verdict.problem, verdict.remedy)

    def _names_new_one(self, request: httpx.Request) -> bool:
        said = str(request.url).encode() + request.content
        with self._lock:
            return any(self._clock.now() - at < CONSISTENCY_SECONDS and created.encode() in said for created, at in self._created.items())

    def until_visible(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send, again and again while the answer is `NotYetVisible`."""
        retrying = Retrying(
            retry=retry_if_exception_type(NotYetVisible),
            wait=wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
            stop=stop_after_attempt(MOST_ATTEMPTS),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(send)
