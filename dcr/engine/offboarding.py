"""Take a tenant away again: the same table, last things first, with nothing wanted any more."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial

from dcr.engine.observe import Observation, observe
from dcr.engine.onboarding import Finished, nobody
from dcr.engine.permission import Mandate
from dcr.engine.run import Approve, Execution, Run
from dcr.errors import Refused
from dcr.http.retries import Sleep
from dcr.model.tenant import Tenant
from dcr.steps.context import StepContext
from dcr.steps.step import Entry
from dcr.steps.table import APPLICATION, AUTH_STRATEGY, PUBLICATION, REGISTRATIONS, REPLACED_CLIENT, TENANT_RECORD


class Level(StrEnum):
    """How much of a tenant goes; each has all of the one before."""

    ACCESS = "access"  # registrations are revoked: the gateway refuses, and nothing is lost
    CREDENTIALS = "credentials"  # applications, their clients and secrets
    EVERYTHING = "everything"  # publications that no other tenant uses, and what was accepted


STEPS: dict[Level, tuple[Entry, ...]] = {
    Level.ACCESS: (REGISTRATIONS,),
    Level.CREDENTIALS: (APPLICATION, REGISTRATIONS, REPLACED_CLIENT),
    Level.EVERYTHING: (TENANT_RECORD, PUBLICATION, APPLICATION, REGISTRATIONS, REPLACED_CLIENT),
}


def offboard(ctx: StepContext, execution: Execution, label: str, level: Level, approve: Approve = nobody) -> Finished:
    """Take away what was made for the tenant, prove it gone, and keep a receipt.

    Args:
        ctx: with the accepted tenant.
        label: names the run for people.
        approve: is shown what would go where the platform's policy asks for a person.

    Returns:
        the report in any case; nothing of ours is raised.
    """
    run = leaving_run(ctx, execution, label, level)
    with run.reporting():
        refuse_protected(ctx.the_tenant())
        with run.writing(approve):
            pass
    return Finished(run.report(), run.error)


def refuse_protected(tenant: Tenant) -> None:
    """Stop here if the accepted tenant says that it must not be offboarded.

    Raises:
        Refused: it does.
    """
    if tenant.protected:
        remedy = "Nothing was removed. Onboard it once with protected off, then offboard it."
        raise Refused(f"tenant {tenant.slug}", "protected is on, so it is not offboarded", remedy)


def leaving_run(ctx: StepContext, execution: Execution, label: str, level: Level) -> Run:
    """A run of the accepted tenant in which nothing is wanted any more, as far as the level goes; `refuse_protected` comes first."""
    leaving = replace(ctx, tenant=_asking_for_nothing(ctx.the_tenant()), revoking=level is Level.ACCESS)
    return Run(leaving, label, execution, Mandate(removing=True), partial(_survey, level))


def _survey(level: Level, ctx: StepContext, *, sleep: Sleep, before: Observation) -> Observation:
    """The auth strategy tells which publications are ours. It is everybody's: how it differs is not this run's business."""
    strategy = observe(ctx, sleep=sleep, entries=(AUTH_STRATEGY,)).told
    return observe(ctx, sleep=sleep, entries=STEPS[level], before=Observation(before.observed + strategy.observed))


def _asking_for_nothing(tenant: Tenant) -> Tenant:
    return tenant.model_copy(update={"apis": [], "applications": []})
