"""How a flow run ends: the report's one verdict as a state of Prefect."""

from __future__ import annotations

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.results.report import Report, Verdict

PENDING, UNKNOWN = "Pending", "Unknown"


def state_of(report: Report, *, failed: str = "Failed", completed: str = "Completed") -> State[Report]:
    """Green only where everything was shown; what waits for people is complete as far as this run goes, and says so.

    Args:
        failed: name of the state where something was plainly false.
        completed: name of the state where all is well.
    """
    match report.verdict:
        case Verdict.OK:
            return Completed(name=completed, message=report.summary, data=report)
        case Verdict.PENDING:
            return Completed(name=PENDING, message=report.summary, data=report)
        case Verdict.UNKNOWN:
            return Failed(name=UNKNOWN, message=report.summary, data=report)
    return Failed(name=failed, message=report.summary, data=report)
