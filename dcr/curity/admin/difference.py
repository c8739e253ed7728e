"""What a diff of Curity's configuration yields: changes to show, the edits that make them, and what people have to fix."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.curity.admin.edit import Edit
from dcr.curity.admin.nodes import Path, display
from dcr.errors import Problem
from dcr.results.changes import Change, Scope, Stage
from dcr.secret import Secret

ON = "on"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs: how it is told, and the edit that makes it so."""

    change: Change
    edit: Edit


Differences = tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Of a part of the configuration. It cannot write."""

    differences: Differences = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, other: Diff) -> Diff:
        return Diff(self.differences + other.differences, self.problems + other.problems, self.warnings + other.warnings)

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(difference.change for difference in self.differences)

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(difference.edit for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Because:
    """What a person should know before agreeing to a change."""

    conflict: str = ""
    impact: str = ""


NOTHING_TO_SAY = Because()


@dataclass(frozen=True, slots=True)
class Differ:
    """Compares settings for one stage. Everything in Curity's configuration belongs to the platform."""

    stage: Stage

    def leaf(self, path: Path, before: str | None, wanted: str, because: Because = NOTHING_TO_SAY) -> Differences:
        """A leaf that must have a value."""
        return () if before == wanted else (self._difference(path, before, wanted, wanted, because),)

    def flag(self, path: Path, is_set: bool, because: Because = NOTHING_TO_SAY) -> Differences:
        """An element that must be there."""
        return () if is_set else (self._difference(path, None, ON, None, because),)

    def member(self, path: Path, members: tuple[str, ...], wanted: str, because: Because = NOTHING_TO_SAY) -> Differences:
        """A leaf-list that must hold a value among others."""
        return () if wanted in members else (self._difference(path, None, wanted, wanted, because),)

    def replaced(self, path: Path, before: str | None, after: str, value: str | Secret | None, because: Because) -> Differences:
        """Something that is told in other words than it is written in: a secret, or another case of a choice."""
        return (self._difference(path, before, after, value, because),)

    def _difference(self, path: Path, before: str | None, after: str, value: str | Secret | None, because: Because) -> Difference:
        change = Change(self.stage, Scope.PLATFORM, display(path), before, after, because.conflict, because.impact)
        return Difference(change, Edit(path, value))
