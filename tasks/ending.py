"""How a flow run ends: the report's one verdict as a state of Prefect."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.results.report import Report, Verdict

PENDING, UNKNOWN = "Pending", "Unknown"


def state_of(report: Report, *, failed: str = "Failed", completed: str = "Completed") -> State[Report]:
    """The end of a run with one report. Arguments as those of `ended`."""
    return ended(report.verdict, report.summary, report, failed=failed, completed=completed)


def ended(verdict: Verdict, words: str, data: Any = None, *, failed: str = "Failed", completed: str = "Completed") -> State[Any]:
    """Green only where everything was shown; what waits for people is complete as far as this run goes, and says so.

    Args:
        data: what the run leaves for whoever started it.
        failed: name of the state where something was plainly false.
        completed: name of the state where all is well.
    """
    match verdict:
        case Verdict.OK:
            return Completed(name=completed, message=words, data=data)
        case Verdict.PENDING:
            return Completed(name=PENDING, message=words, data=data)
        case Verdict.UNKNOWN:
            return Failed(name=UNKNOWN, message=words, data=data)
    return Failed(name=failed, message=words, data=data)
