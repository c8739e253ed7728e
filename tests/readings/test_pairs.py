"""The whole onboarding, and setting right what was disturbed, under every pair of readings."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from sandbox.readings import load_facts
from tests.readings.choices import Row, all_pairs, pairs_of, rows
from tests.readings.impossible import IMPOSSIBLE
from tests.readings.life import Life, at_once
from tests.sandbox_fixture import LivingWorld

FACTS = load_facts()
ROWS = rows(FACTS)
# More arrays, in which the same pairs stand in other company.
SEEDS_OF_THE_LONG_SUITE = (1, 2, 3)


@pytest.mark.share
def test_the_rows_have_every_pair_of_readings() -> None:
    played = set().union(*(pairs_of(row.readings) for row in ROWS))
    assert played == all_pairs(FACTS)


@pytest.mark.share
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_tenant_lives_under_every_pair_of_readings(row: Row, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    live(living, row)
    count("readings of open facts played", row.new_readings)
    count("pairs of readings covered", row.new_pairs)
    count("runs under a mixture of readings", 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS_OF_THE_LONG_SUITE)
@pytest.mark.parametrize("number", range(len(ROWS)))
def test_a_tenant_lives_under_other_mixtures_too(seed: int, number: int, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    live(living, mixtures(seed)[number % len(mixtures(seed))])
    count("runs under a mixture of readings", 1)


@cache
def mixtures(seed: int) -> list[Row]:
    """The rows of another array."""
    return rows(FACTS, seed)


def live(living: LivingWorld, row: Row) -> None:
    """A whole life under these readings; where they leave no way, first the failure that says so, then its remedy."""
    living.world.readings.update(row.readings)
    platform = at_once(living.platform)
    for impossible in IMPOSSIBLE:
        if impossible.holds(row.readings):
            said = str(Life(living, platform).onboard().error)
            assert [words for words in impossible.words if words not in said] == [], said
            platform = impossible.remedy(platform)
    life = Life(living, platform)
    assert life.begin() == []
    assert life.go_on() == []
