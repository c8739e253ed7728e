"""Waiting is bounded and, in tests, takes no time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dcr.errors import Passing, Refused
from dcr.http.polling import until
from tests.fake_clock import FakeClock


@dataclass
class Views:
    """What is seen, look by look; the last one stays."""

    seen: list[int | Exception]
    looks: int = 0

    def look(self) -> int:
        found = self.seen[min(self.looks, len(self.seen) - 1)]
        self.looks += 1
        if isinstance(found, Exception):
            raise found
        return found


def passing() -> Passing:
    return Passing("there", "not now", "later")


@pytest.mark.parametrize(
    ("seen", "result", "slept", "reason"),
    [
        ([9], 9, [], "satisfied at first sight: no wait"),
        ([1, 2, 9], 9, [2, 2], "satisfied at the third look"),
        ([1], 1, [2, 2, 1], "never satisfied: the last thing seen, after one last look at the deadline"),
        ([passing(), passing(), 9], 9, [2, 2], "what passes counts as not yet"),
    ],
)
def test_it_looks_until_satisfied_or_out_of_time(seen: list[int | Exception], result: int, slept: list[float], reason: str) -> None:
    time = FakeClock()
    found = until(Views(seen).look, lambda value: value == 9, deadline_seconds=5, poll_seconds=2, clock=time.clock())
    assert (found, time.slept) == (result, slept), reason


def test_without_time_it_still_looks_once() -> None:
    time, views = FakeClock(), Views([1])
    assert until(views.look, lambda value: value == 9, deadline_seconds=0, poll_seconds=2, clock=time.clock()) == 1
    assert (views.looks, time.slept) == (1, [])


def test_what_never_passes_is_raised_at_the_deadline() -> None:
    with pytest.raises(Passing, match="not now"):
        until(Views([passing()]).look, bool, deadline_seconds=5, poll_seconds=2, clock=FakeClock().clock())


def test_what_will_not_pass_is_raised_at_once() -> None:
    time, views = FakeClock(), Views([Refused("there", "never", "change it"), 9])
    with pytest.raises(Refused):
        until(views.look, bool, deadline_seconds=5, poll_seconds=2, clock=time.clock())
    assert (views.looks, time.slept) == (1, [])
