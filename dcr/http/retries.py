"""When to try again. Prefect's tasks and the run without Prefect ask the same function and use the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from dcr.errors import Busy, Passing, Stale, Unknown

T = TypeVar("T")
Sleep = Callable[[float], None]

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 30.0  # between two attempts, also where a server names a longer one: the next attempt will hear it again


def again(error: BaseException) -> bool:
    """Whether the same step may succeed if it is tried again. Every step reads first, so a lost answer is found, not repeated.

    A lock that is held has been waited for already.
    """
    return isinstance(error, Passing | Unknown | Stale) and not isinstance(error, Busy)


def seconds_named(error: BaseException | None) -> float:
    """How long the server asked to wait, bounded; 0 if it did not say."""
    named = error.retry_after if isinstance(error, Passing) else None
    return min(max(named or 0.0, 0.0), LONGEST_WAIT_SECONDS)


def with_retries(attempt: Callable[[], T], *, sleep: Sleep, attempts: int = ATTEMPTS) -> T:
    """Call until it succeeds, fails for good, or the attempts are used up; then the last error is raised as it is."""

    def wait(state: RetryCallState) -> float:
        named = seconds_named(state.outcome.exception() if state.outcome else None)
        return named or wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT_SECONDS)(state)

    for trial in Retrying(retry=retry_if_exception(again), stop=stop_after_attempt(attempts), wait=wait, sleep=sleep, reraise=True):
        with trial:
            return attempt()
    raise AssertionError("unreachable: the last attempt raises")
