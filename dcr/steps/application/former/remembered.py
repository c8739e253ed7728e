"""A former application as Vault remembers it, and what Konnect still has of it. No portal is logged in to, and no tenant needs to name it.

Source: docs/vendors/konnect.md, Finding applications, Admin applications.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dcr.errors import Missing, Problem
from dcr.konnect.applications import KonnectApplication, find_application, find_applications_named, find_applications_of_client
from dcr.konnect.portals import find_developer, find_portal, find_team
from dcr.model.tenant import OwnerType, Way
from dcr.steps.application.belonging import seen_anywhere
from dcr.steps.application.claims_of_others import claims_of_others
from dcr.steps.application.imported.client_record import former_client
from dcr.steps.application.record import ApplicationRecord, record_named
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import remembered
from dcr.vault import paths


@dataclass(frozen=True, slots=True)
class Former:
    """One former application."""

    record: ApplicationRecord
    portal_id: str = ""  # empty: its portal is gone
    portal: str = ""  # as a plan names it
    applications: tuple[KonnectApplication, ...] = ()  # with those of clients that it replaced
    problems: tuple[Problem, ...] = ()  # why nobody can tell which one it is

    @property
    def is_there(self) -> bool:
        """Whether Vault remembers anything of ours."""
        return self.record.ours and self.record.exists


def observe_former(ctx: StepContext, name: str) -> Former:
    """What there is of it; shared by the steps of a look."""
    return ctx.cached(f"former application {name}", lambda: _observed(ctx, name))


def _observed(ctx: StepContext, name: str) -> Former:
    record = record_named(ctx, name)
    if not (record.ours and record.exists):
        return Former(ApplicationRecord())
    portal_id, portal = _portal_of(ctx, record)
    if not portal_id:
        return Former(record)
    try:
        return _in_portal(ctx, name, Former(record, portal_id, portal))
    except Missing:  # the portal is gone, and with it all that it had
        return Former(record)


def _in_portal(ctx: StepContext, name: str, former: Former) -> Former:
    record, portal_id = former.record, former.portal_id
    known = [one for one in (record.application_id, _replaced(record)) if one]
    found = [find_application(ctx.konnect, portal_id, one) for one in known]
    there = {one.id: one for one in found if one is not None}
    if record.text("client_id") and not there and record.text("way") == Way.IMPORT:
        of_client = find_applications_of_client(ctx.konnect, portal_id, record.text("client_id"))
        there = {one.id: one for one in of_client if one.name == name}  # the adoption of which Vault did not hear
    if not known and record.pending and record.text("way") != Way.IMPORT:
        return _unfinished(ctx, name, former)
    return replace(former, applications=tuple(there.values()))


def _replaced(record: ApplicationRecord) -> str:
    replaced = former_client(record)
    return replaced.application_id if replaced else ""


def _portal_of(ctx: StepContext, record: ApplicationRecord) -> tuple[str, str]:
    """Id and name. A record of an older version does not say: then Konnect tells by the application, else the accepted tenant by name."""
    accepted = remembered(ctx).tenant
    name = record.text("portal") or (accepted.portal if accepted else ctx.the_tenant().portal)
    if record.text("portal_id"):
        return record.text("portal_id"), name
    seen = seen_anywhere(ctx, record)
    if seen and seen.portal:
        return seen.portal.id, name
    found = find_portal(ctx.konnect, name)
    return (found.id if found else ""), name


def _unfinished(ctx: StepContext, name: str, former: Former) -> Former:
    """Reserved, then something happened: an application of its owner, name and strategy is ours if no other tenant's record claims it."""
    owner = _owner_id(ctx, former)
    named = find_applications_named(ctx.konnect, former.portal_id, name) if owner and ctx.facts.strategy_id else ()
    mine = [one for one in named if _has(one, owner, ctx.facts.strategy_id)]
    if not mine:
        return former
    claims = claims_of_others(ctx, name, former.portal_id)
    unclaimed = tuple(one for one in mine if one.id not in claims.ids)
    if unclaimed and claims.doubt:
        remedy = f"Delete application {unclaimed[0].id} in the portal if it is this tenant's, or remove its record from Vault if it is not."
        where = ctx.vault.ref(paths.application(ctx.the_tenant().slug, name))
        return replace(former, problems=(Problem(where, claims.doubt, remedy),))
    return replace(former, applications=unclaimed)


def _has(found: KonnectApplication, owner_id: str, strategy_id: str | None) -> bool:
    of_owner = found.owner is not None and found.owner.id == owner_id
    return of_owner and found.auth_strategy is not None and found.auth_strategy.id == strategy_id


def _owner_id(ctx: StepContext, former: Former) -> str:
    """Id of the developer or team whose it was; empty if there is no such one any more."""
    tenant = remembered(ctx).tenant or ctx.the_tenant()
    kind, name = former.record.text("owner_type") or tenant.owner_type.value, former.record.text("owner") or tenant.owner
    find = find_team if kind == OwnerType.TEAM else find_developer
    found = find(ctx.konnect, former.portal_id, name)
    return found.id if found else ""
