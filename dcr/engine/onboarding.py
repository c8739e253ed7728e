"""From nothing to a verified request in this process alone; `flows/onboard_tenant.py` is the same with Prefect."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.engine.observe import Observation
from dcr.engine.permission import NOTHING_MORE, Mandate
from dcr.engine.run import WRITING_STAGES, Approve, Execution, Run
from dcr.errors import DcrError, Refused
from dcr.results.changes import Stage
from dcr.results.report import Decision, Report, Verdict
from dcr.steps.context import StepContext


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's end: its report, and the error of ours that ended it early."""

    report: Report
    error: DcrError | None = None

    @property
    def failure(self) -> str:
        """Why the run is not green, in words; empty if everything was shown, or only waits for people."""
        return "" if self.report.verdict in (Verdict.OK, Verdict.PENDING) else self.report.summary


def nobody(_observation: Observation) -> Decision:
    """There is nobody to ask.

    Raises:
        Refused: always.
    """
    raise Refused("approval", "the platform asks for a person's approval, and nobody can be asked here", "Nothing was written.")


def onboard(ctx: StepContext, execution: Execution, label: str, approve: Approve = nobody, mandate: Mandate = NOTHING_MORE) -> Finished:
    """Converge the platform's part and the tenant, if there is one, and prove the tenant's credentials.

    Args:
        label: names the run for people.
        approve: is shown the plan where the platform's policy asks for a person.
        mandate: names foreign things that may be taken over.

    Returns:
        the report in any case, also of a run that failed; nothing of ours is raised.
    """
    run = Run(ctx, label, execution, mandate)
    with run.reporting(), run.writing(approve):
        for stage in WRITING_STAGES:
            run.converge(stage)
        if ctx.tenant:
            run.prove(Stage.SMOKE_TEST)
    return Finished(run.report(), run.error)
