"""A sample of the walk by counting: one call for each kind of fault, together spread over a whole run. `make faults` walks on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.faults import any_request
from tests.faults.crash import CRASHES
from tests.faults.errands import Errand
from tests.faults.faulty_world import KINDS, FaultyWorld, is_write
from tests.faults.walk import ONLY_WRITES, walk

NAMES = list(KINDS)
REMOVALS = [one for one in Errand if one.removes]


def survived(faulty: FaultyWorld, name: str) -> int:
    """How many runs met this fault, each kind's at another place, and were survived."""
    counted = is_write if name in ONLY_WRITES else any_request
    calls = faulty.learned_calls(counted, KINDS[name].for_systems)
    nth = 1 + int(calls * (NAMES.index(name) + 0.5) / len(NAMES))
    cases = list(walk(faulty, KINDS[name], [nth], counted=counted))
    assert [case.faults for case in cases] == [()] * bool(calls)
    return len(cases)


@pytest.mark.share(of=3)
@pytest.mark.parametrize("name", NAMES)
def test_the_next_run_ends_like_an_undisturbed_one(faulty: FaultyWorld, count: Callable[[str, int], None], name: str) -> None:
    met = survived(faulty, name)
    assert met
    count("onboardings that met a fault, and survived", met)


@pytest.mark.share(of=18)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("errand", REMOVALS)
def test_the_next_removal_ends_like_an_undisturbed_one(
    faulty: FaultyWorld, count: Callable[[str, int], None], errand: Errand, name: str
) -> None:
    faulty.bound_for(errand)
    count("removals that met a fault, and survived", survived(faulty, name))


@pytest.mark.share(of=4)
@pytest.mark.parametrize("name", CRASHES)
@pytest.mark.parametrize("errand", REMOVALS)
def test_the_removal_after_a_killed_one_ends_like_an_undisturbed_one(
    faulty: FaultyWorld, count: Callable[[str, int], None], errand: Errand, name: str
) -> None:
    faulty.bound_for(errand)
    half = faulty.learned_calls(is_write, frozenset()) // 2
    cases = list(walk(faulty, CRASHES[name], [half]))
    assert [case.faults for case in cases] == [()]
    count("removals that were killed, and survived", len(cases))
