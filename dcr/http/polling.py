"""Bounded waiting for what becomes true later. Clock and sleep come in from outside, so that tests neither sleep nor look at times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_result

from dcr.errors import Passing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds that only go forward, and a way to let them pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL_CLOCK = Clock()


def until(
    look: Callable[[], T],
    satisfied: Callable[[T], bool],
    *,
    deadline_seconds: float,
    poll_seconds: float,
    clock: Clock = REAL_CLOCK,
) -> T:
    """Look again and again until what is seen satisfies, or the deadline has passed.

    Args:
        look: reads; `Passing` errors count as "not yet".
        deadline_seconds: from now; one last look is taken when it is over.
        poll_seconds: between two looks.

    Returns:
        the first value that satisfied, else the last one seen: the caller asks it, and knows the words for what is missing.

    Raises:
        Passing: the last look failed so.
        DcrError: any other error of `look`, at once.
    """
    ends = clock.now() + deadline_seconds

    def rest(_state: RetryCallState) -> float:
        return min(poll_seconds, max(ends - clock.now(), 0.0))

    def last(state: RetryCallState) -> T:
        assert state.outcome is not None, "tenacity gives up only after an attempt"
        value: T = state.outcome.result()
        return value

    waiting = Retrying(
        retry=retry_if_exception_type(Passing) | retry_if_result(lambda seen: not satisfied(seen)),
        stop=lambda _state: clock.now() >= ends,
        wait=rest,
        sleep=clock.sleep,
        retry_error_callback=last,
    )
    return waiting(look)
