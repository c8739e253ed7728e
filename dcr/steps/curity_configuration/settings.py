"""How both Curity stages converge: read, diff, and write the difference in one request."""

from __future__ import annotations

from collections.abc import Callable

from dcr.curity.admin.difference import Diff
from dcr.curity.admin.edit import document
from dcr.curity.admin.state import CurityState
from dcr.errors import Problems, Refused
from dcr.results.changes import Stage
from dcr.results.outcome import Outcome
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run
from dcr.steps.curity_configuration.rendered_settings import converge_rendered
from dcr.steps.curity_configuration.state import curity_state, renders
from dcr.steps.platform_lock import platform_lock, renew_platform_lock

Compare = Callable[[CurityState], Diff]

ONLY_A_WRITE_TELLS = "curity: whether this admin user may write, only a write can tell"
LOST_AT_RESTART = (
    "curity: where it starts from files, as in Kubernetes without a configuration volume, its next restart loses what is written now; "
    "`dcr plan --format curity-xml` prints the same as a file"
)


def converge_settings(run: Run, stage: Stage, compare: Compare) -> Outcome:
    """Bring Curity to where `compare` finds no difference.

    Nothing is removed, and an answer that was lost needs no special care: the next attempt reads what is there.

    Raises:
        Problems: something that people have to fix first.
        Conflict: the platform's policy forbid it. Nothing was written.
        Refused: Curity took the edit and still differs, or did not take it.

    Source: reference/curity.md section 3.4: one edit is one transaction.
    """
    if renders(run):
        return converge_rendered(run, stage, compare)
    found = _compared(run, compare)
    if not run.write:
        warnings = (*found.warnings, ONLY_A_WRITE_TELLS, LOST_AT_RESTART) if found.differences else found.warnings
        return Outcome(changes=found.changes, problems=found.problems, warnings=warnings)
    if not _to_write(run, stage, found):
        return Outcome(warnings=found.warnings)
    with platform_lock(run):
        found = _compared(run, compare)
        if _to_write(run, stage, found):
            renew_platform_lock(run)
            run.systems.curity.patch_root(document(found.edits))
            _require_taken(stage, _compared(run, compare))
    return Outcome(changes=found.changes, warnings=found.warnings)


def _compared(run: Run, compare: Compare) -> Diff:
    return compare(curity_state(run))


def _to_write(run: Run, stage: Stage, found: Diff) -> bool:
    if found.problems:
        raise Problems(stage, found.problems)
    stop_on_conflict(run, found.changes)
    return bool(found.differences)


def _require_taken(stage: Stage, left: Diff) -> None:
    if left.differences:
        paths = ", ".join(change.path for change in left.changes)
        problem = f"the edit was taken, and these settings still differ: {paths}"
        raise Refused(f"curity: {stage}", problem, "Look at its log, and at who else writes its configuration.")
