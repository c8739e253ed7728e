"""Where a run must stop before it writes: something foreign in our place, or a platform's part that a tenant run may not change."""

from __future__ import annotations

from collections.abc import Iterable

from dcr.errors import Conflict, Problem
from dcr.model.platform import OnConflict, Platform, ProfileChanges
from dcr.results.changes import Change, Scope
from dcr.steps.context import Run


def conflicts(platform: Platform, changes: Iterable[Change], *, for_tenant: bool) -> list[Problem]:
    """What forbids writing these changes under the platform's policy; empty if nothing does."""
    found = []
    for change in changes:
        if change.conflict and platform.rules.on_conflict is OnConflict.STOP:
            remedy = "Give it another name or remove it, or set rules.on_conflict to overwrite."
            found.append(Problem(change.path, change.conflict, remedy))
        elif for_tenant and change.scope is Scope.PLATFORM and platform.rules.profile_changes is ProfileChanges.STOP:
            fault = f"belongs to the platform and differs ({change.before or 'absent'} -> {change.after or 'absent'})"
            remedy = "Run 'prepare platform' (`dcr prepare`) first, or set rules.profile_changes to apply."
            found.append(Problem(change.path, fault, remedy))
    return found


def stop_on_conflict(run: Run, changes: Iterable[Change]) -> None:
    """Stop a writing run before its first write.

    Raises:
        Conflict: names every change that may not be written, and why.
    """
    found = conflicts(run.platform, changes, for_tenant=run.tenant is not None) if run.write else []
    if found:
        raise Conflict("plan", found)
