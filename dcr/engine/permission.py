"""What forbids a write: problems, conflicts, the platform's policy, and a plan that is no longer the one a person approved.

It is judged here alone, on the whole plan before the first write and on each step's difference right before its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dcr.errors import Conflict, Problem, Problems, Refused
from dcr.model.platform import Approval, OnConflict, Platform, Removal, Rules
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope


@dataclass(frozen=True, slots=True)
class Mandate:
    """What whoever started the run asked for, beyond what the platform's policy allows everybody."""

    removing: bool = False  # removal is what was asked for
    asks: bool = False  # a person decides in any case, whatever the platform's policy says
    take: frozenset[str] = frozenset()  # paths, as a plan names them, of foreign things that this run may take over; `/` ends a folder

    def takes(self, change: Change) -> bool:
        """Whether this is a conflict that shall not stop the run."""
        return bool(change.conflict) and any(_names(path, change) for path in self.take)

    def marked(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """The changes, where those that are taken over say so."""
        return tuple(replace(change, taken=True) if self.takes(change) else change for change in changes)

    def mistaken(self, changes: Sequence[Change]) -> list[Problem]:
        """Why what was named to be taken over cannot be meant. What does not differ (any more) needs nothing, so a Retry goes on.

        Args:
            changes: all of a plan.
        """
        left = any(change.conflict and not self.takes(change) for change in changes)
        faults = ((path, self._mistaken(path, changes, left=left)) for path in sorted(self.take))
        return [Problem(f"take {path}", fault, "Name paths as `dcr plan` shows them beside a conflict.") for path, fault in faults if fault]

    def _mistaken(self, path: str, changes: Sequence[Change], *, left: bool) -> str:
        there = [change for change in changes if _names(path, change)]
        if any(change.conflict for change in there):
            return ""
        if there:
            return "differs, but belongs to nobody else, so nothing has to be taken over"
        if left or path.partition("/")[0].rstrip(":") not in TAKEABLE:
            return "is nothing in the plan"
        return ""


NOTHING_MORE = Mandate()
TAKEABLE = ("curity", "konnect", "vault")  # how paths begin


def _names(path: str, change: Change) -> bool:
    """Whether a path is the change's, or its folder's."""
    return change.path == path or (path.endswith("/") and change.path.startswith(path))


def conflicts(platform: Platform, changes: Iterable[Change], *, for_tenant: bool, mandate: Mandate) -> list[Problem]:
    """What forbids writing these changes under the platform's policy; empty if nothing does."""
    rules, found = platform.rules, []
    for change in changes:
        if change.conflict and rules.on_conflict is OnConflict.STOP and not (change.taken or mandate.takes(change)):
            remedy = f"Agree with whose it is, or give ours another name; to take it over on purpose, name it: --take '{change.path}'."
            found.append(Problem(change.path, change.conflict, remedy))
        elif change.removes and not _may_remove(rules, mandate):
            remedy = "Ask for it again, or set rules.removal to apply, or rules.approval so that a person approves it."
            found.append(Problem(change.path, f"is no longer asked for; its removal takes away: {change.removes}", remedy))
        elif for_tenant and change.scope is Scope.PLATFORM and not rules.tenants_change_the_platform:
            fault = f"belongs to the platform and differs ({change.before or 'absent'} -> {change.after or 'absent'})"
            remedy = "Run 'prepare platform' (`dcr prepare`) first, or set rules.profile_changes to apply."
            found.append(Problem(change.path, fault, remedy))
    return found


def _may_remove(rules: Rules, mandate: Mandate) -> bool:
    return mandate.removing or rules.removal is Removal.APPLY or rules.approval is not Approval.NONE


def needs_approval(platform: Platform, changes: Iterable[Change]) -> bool:
    """Whether the platform's policy asks for a person: for any change, or only where something would be overwritten or removed."""
    match platform.rules.approval:
        case Approval.ALWAYS:
            return any(True for _ in changes)
        case Approval.ON_OVERWRITE:
            return any(change.conflict or change.removes for change in changes)
    return False


@dataclass(frozen=True, slots=True)
class Permission:
    """What a run may write."""

    platform: Platform
    for_tenant: bool
    mandate: Mandate = NOTHING_MORE
    approved: tuple[Change, ...] | None = None  # None: no person has been asked

    def require(self, where: str, changes: tuple[Change, ...], problems: tuple[Problem, ...]) -> None:
        """Stop here if these changes may not be written.

        Raises:
            Problems, Conflict: as `require_possible`.
            Refused: a person approved something else.
        """
        self.require_possible(where, changes, problems)
        grown = self.beyond_approval(changes)
        if grown:
            paths = ", ".join(change.path for change in grown)
            raise Refused("approval", f"what was approved has changed meanwhile: {paths}", "Run again: the new plan is shown first.")

    def require_possible(self, where: str, changes: tuple[Change, ...], problems: tuple[Problem, ...]) -> None:
        """Stop here if nobody's approval would let these changes be written.

        Raises:
            Problems: what people have to fix first, all of it.
            Conflict: what the platform's policy forbids, all of it.
        """
        if problems:
            raise Problems(where, problems)
        forbidden = conflicts(self.platform, changes, for_tenant=self.for_tenant, mandate=self.mandate)
        if forbidden:
            raise Conflict("plan", forbidden)

    def beyond_approval(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Of these changes, the ones that were not in the plan which a person approved; none if nobody had to be asked.

        Who approved that something is set approved what is asked about it: that alone may be left when the answer to a write is lost.
        """
        if self.approved is None:
            asked = (self.mandate.asks and bool(changes)) or needs_approval(self.platform, changes)
            return changes if asked else ()
        return tuple(change for change in changes if not change.asks and not any(_covers(planned, change) for planned in self.approved))


def _covers(planned: Change, change: Change) -> bool:
    """What was only known after other steps had written may have become any value."""
    same = (planned.path, planned.conflict) == (change.path, change.conflict)
    values = planned.before == change.before and planned.after == change.after
    return same and (values or planned.after == KNOWN_AFTER_APPLY)
