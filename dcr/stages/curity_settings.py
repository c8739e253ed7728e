"""How both Curity stages converge: read, diff, and write the difference in one request."""

from __future__ import annotations

from collections.abc import Callable

from dcr.changes import Stage
from dcr.curity.difference import Diff
from dcr.curity.edit import document
from dcr.curity.reading import read_state
from dcr.curity.state import CurityState
from dcr.errors import Problem, Problems, Refused
from dcr.outcome import Outcome
from dcr.platform import CurityMode
from dcr.run import Run
from dcr.stages.conflicts import stop_on_conflict
from dcr.stages.platform_lock import platform_lock, renew_platform_lock

Compare = Callable[[CurityState], Diff]

ONLY_A_WRITE_TELLS = "curity: whether this admin user may write, only a write can tell"


def curity_state(run: Run) -> CurityState:
    """What Curity's configuration says; read once per look."""
    return run.see("curity state", lambda: read_state(run.systems.curity, run.platform.curity.profile))


def converge_settings(run: Run, stage: Stage, compare: Compare) -> Outcome:
    """Bring Curity to where `compare` finds no difference.

    Nothing is removed, and an answer that was lost needs no special care: the next attempt reads what is there.

    Raises:
        Problems: something that people have to mend first.
        Conflict: the rules of the house forbid it. Nothing was written.
        Refused: Curity took the edit and still differs, or did not take it.

    Source: reference/curity.md section 3.4: one edit is one transaction.
    """
    found = _compared(run, compare)
    if not run.write:
        warnings = (*found.warnings, ONLY_A_WRITE_TELLS) if found.differences else found.warnings
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
    found = compare(curity_state(run))
    if run.platform.curity.mode is CurityMode.LIVE or not found.differences:
        return found
    fault = "Curity's configuration differs, and this mode forbids writing it over RESTCONF"
    return found + Diff(problems=(Problem("curity.mode: render", fault, "Bring the plan's settings into its files, or set live."),))


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
