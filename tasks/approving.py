"""A person's approval in Prefect: the run shows its plan and suspends, its process ends, and on resume it plans anew.

Source: reference/prefect.md section 6. The key of a suspension is the plan's digest, so a plan that has changed since asks again, and one
that has not does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from prefect import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from dcr.engine.approval import needs_approval
from dcr.engine.observe import Look
from dcr.engine.plan import plan_of
from dcr.errors import Refused
from dcr.rendering.markdown import plan_as_markdown
from dcr.results.changes import render
from dcr.results.report import Decision
from dcr.steps.context import Run
from tasks.reporting import publish_plan


class ApprovalForm(RunInput):
    """The form that a person fills in."""

    approve: bool = Field(default=False, title="Approve", description="Apply the plan as it is shown. Off: the run ends without writing.")
    name: str = Field(default="", title="Your name", description="For the record; needed to approve.", max_length=255)
    reason: str = Field(default="", title="Reason", description="For the record; needed to approve.", max_length=1000)


def digest_of(found: Look) -> str:
    """Short name of a plan: the same changes, the same digest."""
    return hashlib.sha256(render(found.changes).encode()).hexdigest()[:16]


def approval_in_prefect(run: Run) -> Callable[[Look], Decision | None]:
    """Asks where the platform's rules want a person; returns what was decided, for the report."""

    def ask(found: Look) -> Decision | None:
        if not needs_approval(run.platform.rules, found.changes):
            return None
        plan = plan_of(run.platform, run.tenant, found)
        publish_plan(plan)
        form = ApprovalForm.with_initial_data(description=plan_as_markdown(plan))
        timeout = run.platform.deadlines.approval_seconds
        answer = suspend_flow_run(wait_for_input=form, timeout=int(timeout), key=f"approval-{digest_of(found)}")
        decision = Decision(approved=answer.approve, by=answer.name.strip(), reason=answer.reason.strip())
        if not (decision.approved and decision.by and decision.reason):
            why = "was refused" if not decision.approved else "was approved without a name and a reason"
            raise Refused("approval", f"the plan {why}{f' by {decision.by}' if decision.by else ''}", "Nothing was written.")
        return decision

    return ask
