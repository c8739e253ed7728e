"""What differs between a thing as it is and as it is wanted: the same values are shown in a plan and tell a step what to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from dcr.errors import Problem
from dcr.results.changes import Change

Write = TypeVar("Write", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True)
class Difference(Generic[Write]):
    """One leaf that differs: how a plan shows it, and what has to be written for it, in the terms of whoever writes."""

    change: Change
    write: Write


@dataclass(frozen=True)  # without slots: a frozen generic with slots cannot be made through an alias such as Diff[Edit]
class Diff(Generic[Write]):
    """Of one thing. It is data and cannot write; empty if nothing has to be written."""

    differences: tuple[Difference[Write], ...] = ()
    problems: tuple[Problem, ...] = ()  # what people have to fix before anything can be written
    warnings: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()  # what only the write can tell: worth a warning until then

    def __bool__(self) -> bool:
        return bool(self.differences)

    def __add__(self, other: Diff[Other]) -> Diff[Write | Other]:
        return Diff(
            self.differences + other.differences,
            self.problems + other.problems,
            self.warnings + other.warnings,
            self.unproved + other.unproved,
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """In the order of writing."""
        return tuple(difference.change for difference in self.differences)

    @property
    def writes(self) -> tuple[Write, ...]:
        """In the order of writing."""
        return tuple(difference.write for difference in self.differences)
