"""The whole onboarding, and setting right what was disturbed, under every pair of readings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.readings import load_facts
from tests.readings.choices import Row, all_pairs, pairs_of, rows
from tests.readings.impossible import IMPOSSIBLE, STUCK
from tests.readings.life import Life, at_once
from tests.sandbox_fixture import LivingWorld

RUNS = "runs under a mixture of readings"
FACTS = load_facts()
# Covering arrays: each has every pair of readings, in other company.
SEEDS = (1, 2, 3, 4, 5)
ARRAYS = {seed: rows(FACTS, seed) for seed in SEEDS}
FIRST = ARRAYS[SEEDS[0]]
OTHERS = [pytest.param(row, id=f"array {seed}, {row}") for seed in SEEDS[1:] for row in ARRAYS[seed]]


@pytest.mark.share
@pytest.mark.parametrize("seed", SEEDS)
def test_the_rows_have_every_pair_of_readings(seed: int) -> None:
    assert set().union(*(pairs_of(row.readings) for row in ARRAYS[seed])) == all_pairs(FACTS)


@pytest.mark.share(of=4)
@pytest.mark.parametrize("row", FIRST, ids=str)
def test_a_tenant_lives_under_every_pair_of_readings(row: Row, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    live(living, row)
    count("readings of open facts played", row.new_readings)
    count("pairs of readings covered", row.new_pairs)
    count(RUNS, 1)


@pytest.mark.parametrize("row", OTHERS)
def test_a_tenant_lives_under_other_mixtures_too(row: Row, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    live(living, row)
    count(RUNS, 1)


def live(living: LivingWorld, row: Row) -> None:
    """A whole life under these readings; where they leave no way, first the failure that says so, then its remedy."""
    living.world.readings.update(row.readings)
    platform = at_once(living.platform)
    for impossible in IMPOSSIBLE:
        if impossible.holds(row.readings):
            said = Life(living, platform).onboard().failure
            assert [words for words in impossible.words if words not in said] == [], said
            platform = impossible.remedy(platform)
    life = Life(living, platform)
    assert life.begin() == []
    wrong = life.go_on()
    if STUCK.holds(row.readings):
        assert [words for words in STUCK.words if words not in "; ".join(wrong)] == [], wrong
        living.world.readings.update(STUCK.cure)
        wrong = life.come_back()
    assert wrong == []
