"""A person's approval in Prefect: the run shows its plan and suspends, its process ends, and on resume it plans anew.

The key of a suspension is the plan's digest, so a plan that has changed since asks again, and one that has not does not.

Source: docs/vendors/prefect.md, Suspension.
"""

from __future__ import annotations

import hashlib

from prefect import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from dcr.engine.run import Approve
from dcr.errors import Refused
from dcr.rendering.markdown import plan_as_markdown
from dcr.results.changes import Change, render
from dcr.results.plan import Plan
from dcr.results.report import Decision
from dcr.steps.context import StepContext
from tasks.reporting import publish_plan


class ApprovalForm(RunInput):
    """The form that a person fills in."""

    approve: bool = Field(default=False, title="Approve", description="Apply the plan as it is shown. Off: the run ends without writing.")
    name: str = Field(default="", title="Your name", description="For the record; needed to approve.", max_length=255)
    reason: str = Field(default="", title="Reason", description="For the record; needed to approve.", max_length=1000)


def digest_of(changes: tuple[Change, ...]) -> str:
    """Short name of a plan: the same changes, the same digest."""
    return hashlib.sha256(render(changes).encode()).hexdigest()[:16]


def approval_in_prefect(ctx: StepContext) -> Approve:
    """Suspends the run until a person has decided; returns what was decided, for the report."""

    def ask(plan: Plan) -> Decision:
        publish_plan(plan)
        form = ApprovalForm.with_initial_data(description=plan_as_markdown(plan))
        timeout = ctx.platform.deadlines.approval_seconds
        answer = suspend_flow_run(wait_for_input=form, timeout=int(timeout), key=f"approval-{digest_of(plan.changes)}")
        decision = Decision(approved=answer.approve, by=answer.name.strip(), reason=answer.reason.strip())
        if not (decision.approved and decision.by and decision.reason):
            why = "was refused" if not decision.approved else "was approved without a name and a reason"
            raise Refused("approval", f"the plan {why}{f' by {decision.by}' if decision.by else ''}", "Nothing was written.")
        return decision

    return ask
