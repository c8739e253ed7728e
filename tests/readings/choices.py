"""Which readings are played together: each alone, and every pair of two facts in as few runs as a covering array needs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from sandbox.readings import Fact

Pair = frozenset[tuple[str, str]]
TRIES = 40  # rows that are tried before the best of them is taken


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


def rows(facts: Mapping[str, Fact], seed: int) -> list[Row]:
    """A covering array: any two readings of different facts stand together in at least one row. The same seed, the same rows.

    Each row is the best of some: facts in a random order, each takes the reading with the most new pairs.
    """
    drawing = random.Random(seed)
    numbers = {one: number for number, one in enumerate((fact.id, reading) for fact in facts.values() for reading in fact.readings)}
    alike = {fact.id: sum(1 << numbers[fact.id, reading] for reading in fact.readings) for fact in facts.values()}
    everything = (1 << len(numbers)) - 1
    missing = {one: everything & ~alike[one[0]] for one in numbers}  # as bits: the readings that each still has to meet
    made: list[Row] = []
    played: set[tuple[str, str]] = set()
    while any(missing.values()):
        _, chosen = max((_row(facts, drawing, numbers, missing) for _ in range(TRIES)), key=lambda tried: tried[0])
        taken = sum(1 << numbers[one] for one in chosen.items())
        new = sum((missing[one] & taken).bit_count() for one in chosen.items()) // 2
        for one in chosen.items():
            missing[one] &= ~taken
        made.append(Row(len(made) + 1, chosen, len(chosen.items() - played), new))
        played |= chosen.items()
    return made


def _row(
    facts: Mapping[str, Fact], drawing: random.Random, numbers: Mapping[tuple[str, str], int], missing: Mapping[tuple[str, str], int]
) -> tuple[int, dict[str, str]]:
    """A row, and how many pairs it adds."""
    ids = list(facts)
    drawing.shuffle(ids)
    taken, added, chosen = 0, 0, {}
    for one in ids:
        # Among equals the one that still has to meet the most, then any.
        gain, _, _, reading = max(
            ((missing[one, each] & taken).bit_count(), missing[one, each].bit_count(), drawing.random(), each)
            for each in facts[one].readings
        )
        taken |= 1 << numbers[one, reading]
        added += gain
        chosen[one] = reading
    return added, {one: chosen[one] for one in facts}


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
