"""Which readings are played together: each alone, and every pair of two facts in as few runs as a covering array needs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from allpairspy import AllPairs

from sandbox.readings import Fact

Pair = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One run of a covering array."""

    number: int
    readings: Mapping[str, str]
    new_readings: int  # which no row before it has
    new_pairs: int

    def __str__(self) -> str:
        return f"row {self.number}"


def alone(facts: Mapping[str, Fact]) -> list[tuple[str, str]]:
    """Each reading that is not in force by default."""
    return [(fact.id, reading) for fact in facts.values() for reading in fact.readings[1:]]


def rows(facts: Mapping[str, Fact], seed: int | None = None) -> list[Row]:
    """A covering array: any two readings of different facts stand together in at least one row. The same seed, the same rows.

    Args:
        seed: facts and readings are shuffled by it, which makes other companions; None leaves their order.
    """
    ids, readings = list(facts), {fact.id: list(fact.readings) for fact in facts.values()}
    if seed is not None:
        shuffling = random.Random(seed)
        shuffling.shuffle(ids)
        for values in readings.values():
            shuffling.shuffle(values)
    seen: set[Pair] = set()
    played: set[tuple[str, str]] = set()
    made = []
    for number, values in enumerate(AllPairs([readings[one] for one in ids]), start=1):
        chosen = dict(zip(ids, values, strict=True))
        new = pairs_of(chosen) - seen
        seen |= new
        made.append(Row(number, chosen, len(chosen.items() - played), len(new)))
        played |= chosen.items()
    return made


def pairs_of(chosen: Mapping[str, str]) -> set[Pair]:
    """Every pair of readings in a choice."""
    return {frozenset(pair) for pair in combinations(chosen.items(), 2)}


def all_pairs(facts: Mapping[str, Fact]) -> set[Pair]:
    """Every pair of readings of different facts."""
    return {
        frozenset({(one.id, first), (other.id, second)})
        for one, other in combinations(facts.values(), 2)
        for first in one.readings
        for second in other.readings
    }
