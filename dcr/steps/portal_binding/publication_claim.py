"""What a tenant may do with a publication: the first to publish an API to a portal owns it there, others use it as it is.

Source: docs/vendors/konnect.md, Publications.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Difference
from dcr.steps.context import StepContext
from dcr.steps.portal_binding.publication_owner import NOBODYS, Ownership, keep, read_ownership, require_settled, users_by_acceptance
from dcr.steps.step import Item
from dcr.vault import paths

OWNER, USERS = "owner", "users"


def whose(ctx: StepContext, item: Item, *, differs: bool) -> tuple[Ownership, str]:
    """Who owns it, and why that cannot be told; the accepted tenants may tell it where nobody has recorded it.

    Args:
        differs: it is published with our strategy, but not as wanted: only then it matters who made it.
    """
    path = paths.publication(ctx.the_portal().id, ctx.facts.api_ids[item])
    ownership = read_ownership(ctx, path)
    require_settled(ctx, path, ownership)
    if ownership.somebodys or not differs:
        return ownership, ""
    users = users_by_acceptance(ctx, ctx.the_tenant().portal, item)
    if users is None:
        return ownership, "was published by someone else, and this login cannot tell whether that was an accepted tenant"
    if not users:
        return ownership, "was published by someone else: no accepted tenant names it"
    if len(users) > 1:
        return ownership, f"is used by the tenants {', '.join(users)}, and nobody has recorded whose it is"
    return replace(ownership, owner=users[0], users=users), ""


def belonging_to_others(ctx: StepContext, ownership: Ownership, unclear: str) -> str:
    """Why this tenant may not change it; empty if it may. `unclear` as `whose` says it."""
    tenant = ctx.the_tenant()
    ruin = f"it would change for everyone in portal {tenant.portal}"
    if unclear:
        return f"{unclear}; {ruin}"
    if not ownership.somebodys or ownership.owner == tenant.slug:
        return ""
    return f"belongs to tenant {ownership.owner}: {ruin}"


def claim_differences(ctx: StepContext, item: Item, seen: Ownership, *, takes: bool) -> tuple[Difference[str], ...]:
    """What the record has to say from now on, where it does not say so.

    Args:
        takes: what belongs to others is changed, so that it becomes this tenant's.
    """
    wanted = seen.used_by(ctx.the_tenant().slug, seen.asked, takes=takes)
    before = seen if seen.recorded else NOBODYS
    path, lines = f"vault/publications/{ctx.the_tenant().portal}/{item}", []
    if before.owner != wanted.owner:
        lines.append(Difference(_change(f"{path}/{OWNER}", before.owner or None, wanted.owner), OWNER))
    if before.users and before.users != wanted.users:
        lines.append(Difference(_change(f"{path}/{USERS}", ", ".join(before.users), ", ".join(wanted.users)), USERS))
    return tuple(lines)


def _change(path: str, before: str | None, after: str) -> Change:
    return Change(Stage.PORTAL_BINDING, Scope.TENANT, path, before, after)


def claim(ctx: StepContext, item: Item, seen: Ownership, asked: Mapping[str, str], writes: Collection[str]) -> None:
    """Say in Vault whose it is, before it is published: of two tenants at once one is the owner, and the other hears of it.

    Args:
        asked: how this tenant wants it published.
        writes: what differs, of the publication and of its record.
    """
    slug = ctx.the_tenant().slug
    if not {OWNER, USERS} & {*writes} and (seen.owner != slug or seen.asked == asked):
        return
    path = paths.publication(ctx.the_portal().id, ctx.facts.api_ids[item])
    keep(ctx, path, seen, lambda now: now.used_by(slug, asked, takes=OWNER in writes))
