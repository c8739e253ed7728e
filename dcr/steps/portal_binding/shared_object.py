"""How an object that all tenants share is converged: look, stop on conflicts, take the platform's lock, look again, write.

Source: ../DESIGN.md, *One idea: converge*; reference/vault.md section 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dcr.errors import CheckFailed, Conflict, Problem
from dcr.konnect.difference import Labelled, choose, duplicates
from dcr.konnect.labels import is_ours
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run
from dcr.steps.platform_lock import platform_lock

Found = TypeVar("Found", bound=Labelled)
Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Found, Wanted]):
    """One kind of shared object, in the vendor's words."""

    plural: str  # as in its path: dcr-providers
    fact: str  # under which name its id is known to later steps
    setting: str  # of the platform, that names it
    right_type: str  # which Konnect cannot change afterwards
    type_of: Callable[[Found], str]
    diff: Callable[[Found | None, Wanted], tuple[Change, ...]]

    def path(self, name: str) -> str:
        """Of the object in a plan."""
        return f"konnect/{self.plural}/{name}"

    def conflict(self, found: Found | None, name: str) -> str:
        """Whose object stands in our place; empty if nobody's or our own."""
        if found is None:
            return ""
        if self.type_of(found) != self.right_type:
            return f"one of type {self.type_of(found)} has the name {name}, and its type cannot be changed"
        return "" if is_ours(found.labels) else f"{name} was made by someone else: it has no label managed-by=dcr"

    def seen(self, candidates: Sequence[Found], name: str, wanted: Wanted) -> Seen[Found, Wanted]:
        """Choose among the objects of this name, and compare."""
        found = choose(candidates)
        problems: tuple[Problem, ...] = ()
        if found is not None and self.type_of(found) != self.right_type:  # not even `on_conflict: overwrite` can put this right
            problems = (Problem(self.path(name), self.conflict(found, name), f"Set {self.setting} of the platform to another name."),)
        facts = {self.fact: found.id} if found else {}
        warnings = duplicates(self.plural, name, candidates)
        return Seen(found, wanted, Outcome(facts=facts, changes=self.diff(found, wanted), problems=problems, warnings=warnings))

    def require_kept(self, found: Found, wanted: Wanted) -> None:
        """Compare what was read back after a write.

        Raises:
            CheckFailed: Konnect accepted a value and did not keep it.
        """
        lost = ", ".join(change.path for change in self.diff(found, wanted))
        if lost:
            raise CheckFailed("konnect", f"it accepted the change but did not keep {lost}", "Report this to Kong.")


@dataclass(frozen=True, slots=True)
class Seen(Generic[Found, Wanted]):
    """An object as it is, as it shall be, and what a look says of it."""

    found: Found | None
    wanted: Wanted
    outcome: Outcome


def converge_shared(run: Run, look: Callable[[], Seen[Found, Wanted]], write: Callable[[Seen[Found, Wanted]], Outcome]) -> Outcome:
    """Look; where something differs and the run may write, do so under the platform's lock.

    Raises:
        Conflict: something foreign stands in our place, or the platform's policy forbid the change. Nothing was written.
        Busy: another run holds the lock.
    """
    seen = look()
    if not (run.write and seen.outcome.changes):
        return seen.outcome
    _stop(run, seen.outcome)
    with platform_lock(run):
        seen = look()
        _stop(run, seen.outcome)
        return write(seen) if seen.outcome.changes else seen.outcome


def _stop(run: Run, outcome: Outcome) -> None:
    if outcome.problems:
        raise Conflict("plan", outcome.problems)
    stop_on_conflict(run, outcome.changes)
