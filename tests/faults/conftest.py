"""One world behind fault proxies for the whole test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.errands import Errand
from tests.faults.faulty_world import FaultyWorld, faulty_world


@pytest.fixture(scope="session")
def running_faulty_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyWorld]:
    """Started once."""
    yield from faulty_world(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def faulty(running_faulty_world: FaultyWorld) -> FaultyWorld:
    """In its initial state, without a fault, for onboardings."""
    running_faulty_world.bound_for(Errand.ONBOARDING)
    running_faulty_world.reset()
    return running_faulty_world
