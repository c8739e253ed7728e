"""A publication that the tenant no longer asks for: it goes if nobody else uses it, else only this tenant leaves it.

Source: docs/vendors/konnect.md, Publications, Admin registrations.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import Missing
from dcr.konnect.api_registrations import applications_with_access
from dcr.konnect.publications import Publication, read_publication, unpublish
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.steps.context import StepContext
from dcr.steps.portal_binding.publication_owner import Ownership, keep, read_ownership, users_by_acceptance
from dcr.steps.preflight.accepted import RememberedPublication, forget_publication, remembered
from dcr.steps.step import Item
from dcr.vault import paths

UNGUARDED = "an API that is in no portal any more is not guarded by Konnect: unless another plugin guards its route, anybody gets in"
PUBLICATION, OWNERSHIP, MEMORY = "publication", "ownership", "memory"


@dataclass(frozen=True, slots=True)
class LeavingPublication:
    """What there is of one."""

    remembered: RememberedPublication
    found: Publication | None  # None: it is gone already, or the API or the portal is
    ownership: Ownership
    others: tuple[str, ...] = ()  # tenants that still use it, oldest first
    access: int = 0  # of how many applications of others it is

    def ours(self, strategy_id: str | None) -> bool:
        """Whether it is published with our strategy: what is not, somebody else has published since."""
        return self.found is not None and strategy_id is not None and self.found.auth_strategy_ids == (strategy_id,)


def leaving(ctx: StepContext) -> dict[Item, RememberedPublication]:
    """What is remembered and no longer asked for, by a name that is its alone."""
    if ctx.tenant is None:
        return {}
    return {_name(one): one for one in remembered(ctx).publications if not _asked_for(ctx, one)}


def _name(one: RememberedPublication) -> Item:
    """The ends of the ids tell portals and APIs apart that were made anew under the same names."""
    return f"{one.label} in {one.portal} ({one.portal_id[-8:]}/{one.api_id[-8:]})"


def _asked_for(ctx: StepContext, one: RememberedPublication) -> bool:
    """By ids; as long as those are not known, by names."""
    tenant, portal = ctx.the_tenant(), ctx.facts.portal
    if one.label not in [api.label for api in tenant.apis]:
        return False
    same_portal = portal.id == one.portal_id if portal else tenant.portal == one.portal
    return same_portal and ctx.facts.api_ids.get(one.label, one.api_id) == one.api_id


def observe(ctx: StepContext, item: Item) -> LeavingPublication | None:
    """What there is of it; None if nothing is remembered any more."""
    one = leaving(ctx).get(item)
    if one is None:
        return None
    found, slug = _read(ctx, one), ctx.the_tenant().slug
    ownership = read_ownership(ctx, paths.publication(one.portal_id, one.api_id))
    others = tuple(user for user in ownership.users if user != slug)
    if found is not None and not others:  # who was accepted before there was a record of users is not in it
        others = tuple(user for user in users_by_acceptance(ctx, one.portal, one.label) or () if user != slug)
    access = 0 if found is None or others else len(applications_with_access(ctx.konnect, one.portal_id, one.api_id) - _own(ctx))
    return LeavingPublication(one, found, ownership, others, access)


def _read(ctx: StepContext, one: RememberedPublication) -> Publication | None:
    try:
        return read_publication(ctx.konnect, one.portal_id, one.api_id)
    except Missing:
        return None


def _own(ctx: StepContext) -> set[str]:
    """Ids of the tenant's applications, of those too that are no longer asked for, as far as Vault knows them."""
    accepted = remembered(ctx).specification.get("applications", ())
    names = {one["name"] for one in accepted} | {one.name for one in ctx.the_tenant().applications}
    at = [paths.application(ctx.the_tenant().slug, name) for name in sorted(names)]
    kept = [ctx.cached(f"vault {path}", lambda path=path: ctx.vault.read(path)) for path in at]  # type: ignore[misc]
    return {one.values["application_id"].get_secret_value() for one in kept if one and "application_id" in one.values}


def absent(ctx: StepContext, state: LeavingPublication) -> Diff[str]:
    """What goes: the publication with its record, or this tenant out of it; at last the memory of it."""
    one, slug = state.remembered, ctx.the_tenant().slug
    record = f"vault/publications/{one.portal}/{one.label}"
    if state.others:
        return Diff(_passing_on(record, state, slug))
    if state.ours(ctx.facts.strategy_id):
        change = _change(
            f"konnect/portals/{one.portal}/publications/{one.label}", "published", None, removes=_loss(state), impact=UNGUARDED
        )
        return Diff((Difference(change, PUBLICATION),))
    path = f"konnect: {one.label} in portal {one.portal}"
    warning = f"{path} is published with another auth strategy by now: it stays, and is not this tenant's any more."
    forgotten = _change(f"{record}/users", slug, None)
    return Diff((Difference(forgotten, MEMORY),), warnings=(warning,) if state.found else ())


def _passing_on(record: str, state: LeavingPublication, slug: str) -> tuple[Difference[str], ...]:
    seen = state.ownership
    left = seen.left_by(slug, state.others)
    before = ", ".join(seen.users if slug in seen.users else (slug, *seen.users))
    lines = [Difference(_change(f"{record}/users", before, ", ".join(left.users)), OWNERSHIP)]
    if seen.owner and seen.owner != left.owner:
        lines.append(Difference(_change(f"{record}/owner", seen.owner, left.owner), OWNERSHIP))
    return tuple(lines)


def _loss(state: LeavingPublication) -> str:
    one = state.remembered
    others = f"; {state.access} application{'' if state.access == 1 else 's'} of others would lose access" if state.access else ""
    return f"{one.label} leaves portal {one.portal}{others}"


def _change(path: str, before: str, after: str | None, removes: str = "", impact: str = "") -> Change:
    return Change(Stage.PORTAL_BINDING, Scope.TENANT, path, before, after, impact=impact, removes=removes)


def remove(ctx: StepContext, state: LeavingPublication, diff: Diff[str]) -> None:
    """Each step may be the last that a run makes: the memory goes when nothing else is left."""
    one, seen, slug = state.remembered, state.ownership, ctx.the_tenant().slug
    path = paths.publication(one.portal_id, one.api_id)
    if PUBLICATION in diff.writes:
        _unpublish(ctx, path, state)
    elif state.others:
        keep(ctx, path, seen, lambda now_seen: now_seen.left_by(slug, _others(now_seen, state.others, slug)))
    elif seen.version:
        ctx.vault.remove(path)
    forget_publication(ctx, one.portal_id, one.api_id)


def _others(seen: Ownership, known: tuple[str, ...], slug: str) -> tuple[str, ...]:
    return tuple(user for user in dict.fromkeys((*seen.users, *known)) if user != slug)


def _unpublish(ctx: StepContext, path: str, state: LeavingPublication) -> None:
    """Announced first, so that a tenant that would join it now waits until it is gone.

    Raises:
        Stale: somebody has joined it since it was looked at.
    """
    announced = state.ownership.left_by(ctx.the_tenant().slug, ())
    ctx.vault.put(path, announced.values, expect=state.ownership.version)
    unpublish(ctx.konnect, state.remembered.portal_id, state.remembered.api_id)
    ctx.vault.remove(path)
