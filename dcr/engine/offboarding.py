"""Take a tenant away again: the same table, last things first, with nothing wanted any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from dcr.engine.accepted_tenant import read_accepted_tenant
from dcr.engine.observe import Observation, observe
from dcr.engine.onboarding import Finished, nobody
from dcr.engine.permission import Mandate
from dcr.engine.receipt import keep_receipt
from dcr.engine.run import Approve, Execution, Run
from dcr.errors import Missing, Refused
from dcr.http.retries import Sleep
from dcr.model.tenant import Tenant
from dcr.results.plan import Plan
from dcr.steps.context import StepContext
from dcr.steps.step import Entry
from dcr.steps.table import APPLICATION, AUTH_STRATEGY, LEFT_BEHIND, PUBLICATION, REGISTRATIONS, REPLACED_CLIENT, TENANT_RECORD
from dcr.vault.client import Vault


class Level(StrEnum):
    """How much of a tenant goes; each has all of the one before."""

    ACCESS = "access"  # registrations are revoked: the gateway refuses, and nothing is lost
    CREDENTIALS = "credentials"  # applications, their clients and secrets
    EVERYTHING = "everything"  # publications that no other tenant uses, and what was accepted


STEPS: dict[Level, tuple[Entry, ...]] = {
    Level.ACCESS: (LEFT_BEHIND, REGISTRATIONS),
    Level.CREDENTIALS: (LEFT_BEHIND, APPLICATION, REGISTRATIONS, REPLACED_CLIENT),
    Level.EVERYTHING: (LEFT_BEHIND, TENANT_RECORD, PUBLICATION, APPLICATION, REGISTRATIONS, REPLACED_CLIENT),
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is asked for, by whom and why: for the record."""

    slug: str
    level: Level
    requested_by: str
    ticket: str = ""


def leaving_tenant(vault: Vault, asked: Leaving) -> Tenant:
    """The accepted tenant, asking for nothing any more.

    What Vault remembers of a tenant that was never accepted whole, or has gone already, may have to go all the same.

    Raises:
        Refused: the tenant is protected, or what Vault holds there is none.
    """
    try:
        accepted = read_accepted_tenant(vault, asked.slug)
    except Missing:
        accepted = Tenant.model_construct(None, slug=asked.slug, portal="", owner="")
    _refuse_protected(accepted)
    return accepted.model_copy(update={"apis": [], "applications": [], "requested_by": asked.requested_by, "ticket": asked.ticket})


def offboard(
    ctx: StepContext, execution: Execution, label: str, asked: Leaving, approve: Approve = nobody, *, asks: bool = False
) -> Finished:
    """Take away what was made for a tenant, prove it gone, and keep a receipt. Repeating it ends well.

    Args:
        ctx: with the leaving tenant.
        label: names the run for people.
        approve: is shown what would go.
        asks: a person decides, whatever the platform's policy says.

    Returns:
        the report in any case; nothing of ours is raised.
    """
    run = leaving_run(ctx, execution, label, asked.level, asks=asks)
    with run.reporting(), run.writing(approve):
        take_away(run, asked)
    return Finished(run.report(), run.error)


def leaving_run(ctx: StepContext, execution: Execution, label: str, level: Level, *, asks: bool) -> Run:
    """A run in which nothing of the tenant is wanted any more, as far as the level goes."""
    leaving = replace(ctx, revoking=level is Level.ACCESS)
    return Run(leaving, label, execution, Mandate(removing=True, asks=asks), partial(_survey, level))


def planned_offboarding(ctx: StepContext, execution: Execution, label: str, level: Level) -> Plan:
    """What would go; nothing is locked or written. Arguments as those of `offboard`."""
    return leaving_run(ctx, execution, label, level, asks=False).planned()


def take_away(run: Run, asked: Leaving) -> None:
    """Everything, and last of all what was accepted: until then a run that dies can be repeated, and after it there is a receipt."""
    run.remove_unwanted(but=TENANT_RECORD)
    if run.removes:  # also if all but the record went with a run that died before its receipt
        keep_receipt(run.ctx, run.report(), asked.level.value)
    run.remove_unwanted()


def _refuse_protected(tenant: Tenant) -> None:
    if tenant.protected:
        remedy = "Nothing was removed. Onboard it once with protected off, then offboard it."
        raise Refused(f"tenant {tenant.slug}", "protected is on, so it is not offboarded", remedy)


def _survey(level: Level, ctx: StepContext, *, sleep: Sleep, before: Observation) -> Observation:
    """The auth strategy tells which publications are ours. It is everybody's: how it differs is not this run's business."""
    strategy = observe(ctx, sleep=sleep, entries=(AUTH_STRATEGY,)).told
    return observe(ctx, sleep=sleep, entries=STEPS[level], before=Observation(before.observed + strategy.observed))
