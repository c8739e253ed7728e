"""Take the platform's own part away again: what was made by `prepare` goes back to what it was before, last things first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dcr.engine.observe import Observation, observe, observe_leaving
from dcr.engine.onboarding import Finished, nobody
from dcr.engine.permission import Mandate
from dcr.engine.run import Approve, Execution, Run
from dcr.http.retries import Sleep
from dcr.results.plan import Plan
from dcr.steps.context import StepContext
from dcr.steps.preflight.unused_platform import UnusedPlatform
from dcr.steps.step import Step
from dcr.steps.table import AUTH_STRATEGY, CURITY_CONFIGURATION, DCR_ENABLEMENT, DCR_PROVIDER, INITIAL_CLIENT

UNUSED_PLATFORM = UnusedPlatform()
STEPS: tuple[Step[Any, Any], ...] = (INITIAL_CLIENT, CURITY_CONFIGURATION, DCR_ENABLEMENT, DCR_PROVIDER, AUTH_STRATEGY)


def dismantle(ctx: StepContext, execution: Execution, label: str, approve: Approve = nobody, *, asks: bool = False) -> Finished:
    """Take away what is the platform's, as long as nobody uses it. Running it again ends well, also after a crash.

    Args:
        label: names the run for people.
        approve: is shown what would go.
        asks: a person decides, whatever the platform's policy says.

    Returns:
        the report in any case; nothing of ours is raised.
    """
    run = dismantling_run(ctx, execution, label, asks=asks)
    with run.reporting(), run.writing(approve):
        run.remove_unwanted()
    return Finished(run.report(), run.error)


def dismantling_run(ctx: StepContext, execution: Execution, label: str, *, asks: bool) -> Run:
    """A run in which nothing of the platform is wanted any more. Arguments as those of `dismantle`."""
    return Run(_leaving(ctx), label, execution, Mandate(removing=True, asks=asks), _survey)


def planned_dismantling(ctx: StepContext, execution: Execution, label: str) -> Plan:
    """What would go, and what stands against it; nothing is locked or written. Arguments as those of `dismantle`."""
    return dismantling_run(ctx, execution, label, asks=False).planned()


def _leaving(ctx: StepContext) -> StepContext:
    return replace(ctx, tenant=None, dismantling=True)


def _survey(ctx: StepContext, *, sleep: Sleep, before: Observation) -> Observation:
    unused = observe(ctx, sleep=sleep, entries=(UNUSED_PLATFORM,), before=before)
    return observe_leaving(ctx, sleep=sleep, leaving=[(step, "") for step in STEPS], before=unused)
