"""How settings of Curity's configuration are compared: each difference has its plan line and the edit that makes it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dcr.curity.admin.edit import Edit
from dcr.curity.admin.nodes import Path, display
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.secret import Secret

ON = "on"


ConfigurationDiff = Diff[Edit]
Differences = tuple[Difference[Edit], ...]


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
        return () if wanted in members else (self._difference(path, None, wanted, wanted, because, member=True),)

    def chosen(self, path: Path, instead_of: str, wanted: str, because: Because) -> Differences:
        """A leaf-list that must hold a value, where another case of the same choice stands."""
        return (self._difference(path, instead_of, wanted, wanted, because, member=True, instead_of=instead_of),)

    def replaced(self, path: Path, before: str | None, after: str, value: str | Secret | None, because: Because) -> Differences:
        """Something that is told in other words than it is written in: a secret."""
        return (self._difference(path, before, after, value, because),)

    def _difference(
        self, path: Path, before: str | None, after: str, value: str | Secret | None, because: Because, **edit: Any
    ) -> Difference[Edit]:
        change = Change(self.stage, Scope.PLATFORM, display(path), before, after, because.conflict, because.impact)
        return Difference(change, Edit(path, value, **edit))
