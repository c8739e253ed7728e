"""A sample of the walk by counting: one call for each kind of fault, together spread over the whole run. `make faults` walks on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.faults import any_request
from tests.faults.faulty_world import KINDS, FaultyWorld, is_write
from tests.faults.walk import ONLY_WRITES, walk

NAMES = list(KINDS)


@pytest.mark.share(of=3)
@pytest.mark.parametrize("name", NAMES)
def test_the_next_run_ends_like_an_undisturbed_one(faulty: FaultyWorld, count: Callable[[str, int], None], name: str) -> None:
    counted = is_write if name in ONLY_WRITES else any_request
    calls = faulty.learned_calls(counted, KINDS[name].for_systems)
    nth = 1 + int(calls * (NAMES.index(name) + 0.5) / len(NAMES))
    cases = list(walk(faulty, KINDS[name], [nth], counted=counted))
    assert [case.faults for case in cases] == [()]
    count("onboardings that met a fault, and survived", len(cases))
