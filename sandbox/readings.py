"""The open facts about the vendors, and which reading of each the sandbox plays at the moment.

`readings.toml` beside this module is the one list. A fact is open when no page, export or transcript settles it; its
readings are every behaviour that a client must be ready for, the most likely one first.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FACTS_FILE = Path(__file__).with_name("readings.toml")


class UnknownReading(ValueError):
    """An id that no fact has, or a value that is not one of its readings."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One open fact: where it is left open, what it is about, and its readings with the default first."""

    id: str
    source: str
    text: str
    readings: tuple[str, ...]

    @property
    def default(self) -> str:
        """The most likely reading."""
        return self.readings[0]


class _FactEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=r"^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$")
    source: str = Field(min_length=1)
    text: str = Field(min_length=1)
    readings: Annotated[list[str], Field(min_length=2)]


class _FactsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    fact: list[_FactEntry]


class Readings(Mapping[str, str]):
    """The reading in force for each fact. Systems look a value up at each use, so that a change takes effect at once."""

    def __init__(self, facts: Mapping[str, Fact], chosen: Mapping[str, str] | None = None) -> None:
        """Start from the defaults with `chosen` laid over them.

        Raises:
            UnknownReading: `chosen` names no fact, or a value that is none of its readings.
        """
        self.facts = facts
        self._lock = threading.Lock()
        self._initial = {fact.id: fact.default for fact in facts.values()}
        for fact_id, value in (chosen or {}).items():
            self._initial[fact_id] = self._checked(fact_id, value)
        self._current = dict(self._initial)

    def __getitem__(self, fact_id: str) -> str:
        return self._current[fact_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current)

    def __len__(self) -> int:
        return len(self._current)

    def set(self, fact_id: str, value: str) -> None:
        """Play another reading from now on.

        Raises:
            UnknownReading: no such fact, or not one of its readings.
        """
        checked = self._checked(fact_id, value)
        with self._lock:
            self._current = self._current | {fact_id: checked}

    def update(self, chosen: Mapping[str, str]) -> None:
        """Play several readings from now on; all are checked before the first changes.

        Raises:
            UnknownReading: no such fact, or not one of its readings.
        """
        checked = {fact_id: self._checked(fact_id, value) for fact_id, value in chosen.items()}
        with self._lock:
            self._current = self._current | checked

    def reset(self) -> None:
        """Back to the readings that were in force at the start."""
        with self._lock:
            self._current = dict(self._initial)

    def _checked(self, fact_id: str, value: str) -> str:
        fact = self.facts.get(fact_id)
        if fact is None:
            raise UnknownReading(f"no open fact has the id {fact_id!r}")
        if value not in fact.readings:
            raise UnknownReading(f"{fact_id} reads {', '.join(fact.readings)}; not {value!r}")
        return value


def load_facts(file: Path = FACTS_FILE) -> dict[str, Fact]:
    """Read the list of open facts.

    Raises:
        ValueError: the file breaks its form, or two facts have one id.
    """
    entries = _FactsFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).fact
    facts = {entry.id: Fact(entry.id, entry.source, entry.text, tuple(entry.readings)) for entry in entries}
    if len(facts) != len(entries):
        raise ValueError(f"{file.name}: two facts have the same id")
    return facts


def load_choice(file: Path) -> dict[str, str]:
    """Read a choice of readings from a JSON object of fact id to reading, as a probe of a real system writes it."""
    return TypeAdapter(dict[str, str]).validate_json(file.read_bytes())


def default_readings(chosen: Mapping[str, str] | None = None) -> Readings:
    """All facts of `readings.toml` at their defaults, `chosen` laid over them."""
    return Readings(load_facts(), chosen)
