"""The whole onboarding under each reading by itself: what nobody knows of the vendors must not matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.readings import load_facts
from tests.readings.choices import alone
from tests.readings.life import Life, at_once
from tests.sandbox_fixture import LivingWorld


# Each stands in a mixture of test_pairs.py too; by itself it tells who is to blame.
@pytest.mark.parametrize(("fact", "reading"), [pytest.param(*one, id="=".join(one)) for one in alone(load_facts())])
def test_a_tenant_is_onboarded_under_each_reading(fact: str, reading: str, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    living.world.readings.set(fact, reading)
    assert Life(living, at_once(living.platform)).begin() == []
    count("readings played alone, besides the defaults", 1)
