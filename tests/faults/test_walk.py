"""A fixed share of the walk by counting: two calls for each kind of fault, together spread over the whole run. `make faults` walks all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.faults import any_request
from tests.faults.faulty_world import KINDS, FaultyWorld, is_write
from tests.faults.walk import ONLY_WRITES, walk

NAMES = list(KINDS)
SHARES = 2


@pytest.mark.parametrize("name", NAMES)
def test_the_next_run_ends_like_an_undisturbed_one(faulty: FaultyWorld, count: Callable[[str, int], None], name: str) -> None:
    every = faulty.learned_calls(is_write if name in ONLY_WRITES else any_request, KINDS[name].for_systems)
    place = NAMES.index(name) / len(NAMES)
    calls = [1 + int(every * (share + place) / SHARES) for share in range(SHARES)]
    cases = list(walk(faulty, KINDS[name], calls))
    assert [case for case in cases if case.faults] == []
    assert len(cases) == SHARES
    count("onboardings that met a fault, and survived", len(cases))
