"""What Vault itself keeps, judged: tenants, records of applications, of publications, and the initial client's.

Source: docs/vendors/vault.md, Layout, Order of operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dcr.inventory.claims import is_unadopted
from dcr.inventory.memory import KeptApplication, KeptPublication, KeptTenant, VaultMemory, offboard, onboard, since_of
from dcr.inventory.thing import Holder, Judgement, Thing
from dcr.steps.context import StepContext
from dcr.vault import paths


def things_of_vault(ctx: StepContext, memory: VaultMemory, gone: Mapping[str, tuple[Judgement, str]]) -> Iterator[Thing]:
    """All of it, each once; what could not be read is one thing a reason.

    Args:
        gone: what a record is whose application is not found, and why, by the record's place.
    """
    for why in memory.gaps:
        yield Thing(
            system=Holder.VAULT,
            kind="record",
            name="what could not be read",
            where="vault",
            judged=Judgement.UNKNOWN,
            why=why,
            settle="Give the login Vault's policy reader, then ask again.",
        )
    for tenant in memory.tenants:
        yield from _of_tenant(tenant, gone)
    for publication in memory.publications:
        yield _publication(memory, publication)
    yield from _initial_client(ctx, memory)


def _of_tenant(tenant: KeptTenant, gone: Mapping[str, tuple[Judgement, str]]) -> Iterator[Thing]:
    if tenant.unclear:
        yield _spec(tenant, Judgement.UNKNOWN, tenant.unclear, onboard(tenant.slug))
    elif tenant.tenant:
        yield _spec(tenant, Judgement.OURS, f"accepted {tenant.accepted.accepted_at}".rstrip())
        yield from _without_record(tenant)
    for kept in tenant.applications:
        judged, why, settle = _record(tenant, kept, gone.get(kept.where))
        yield Thing(
            system=Holder.VAULT,
            kind="application record",
            name=kept.name,
            where=kept.where,
            judged=judged,
            why=why,
            tenant=tenant.slug,
            since=kept.since,
            settle=settle,
        )


def _spec(tenant: KeptTenant, judged: Judgement, why: str, settle: str = "") -> Thing:
    return Thing(
        system=Holder.VAULT,
        kind="accepted tenant",
        name=tenant.slug,
        where=tenant.where,
        judged=judged,
        why=why,
        tenant=tenant.slug,
        since=tenant.accepted.accepted_at or tenant.since,
        settle=settle,
    )


def _without_record(tenant: KeptTenant) -> Iterator[Thing]:
    """Applications that are asked for, and of which nothing is kept: never made, or taken away without the tenant."""
    kept = {one.name for one in tenant.applications}
    removed = {receipt.name for receipt in tenant.receipts}
    for asked in tenant.tenant.applications if tenant.tenant else ():
        if asked.name not in kept:
            settle = f"{onboard(tenant.slug)}, or {offboard(tenant.slug)}" if asked.name in removed else onboard(tenant.slug)
            yield Thing(
                system=Holder.VAULT,
                kind="application record",
                name=asked.name,
                where=f"{tenant.where.removesuffix('spec')}applications",
                judged=Judgement.SECRET_MISSING,
                why="it is accepted, and Vault holds no credentials of it",
                tenant=tenant.slug,
                settle=settle,
            )


def _record(tenant: KeptTenant, kept: KeptApplication, gone: tuple[Judgement, str] | None) -> tuple[Judgement, str, str]:
    record = kept.record
    if not record.ours:
        return Judgement.FOREIGN, "this tool did not write it", ""
    if not kept.known:
        return Judgement.UNKNOWN, "it cannot be told whether the tenant still asks for it", tenant.settle
    if kept.former:
        why = "the accepted tenant does not ask for it any more" if tenant.tenant else f"there is no accepted tenant {tenant.slug}"
        return Judgement.ORPHAN, why, tenant.settle
    if gone:
        return *gone, tenant.settle
    if record.credentials is None:
        said = "a run was interrupted between making the secret and keeping it" if record.pending else "it holds no whole credentials"
        return Judgement.SECRET_MISSING, said, tenant.settle
    if is_unadopted(kept):
        return Judgement.ORPHAN, "a run was interrupted: its client is registered at Curity, and Konnect knows nothing of it", tenant.settle
    return Judgement.OURS, "interrupted; its credentials stay" if record.pending else "in use", tenant.settle if record.pending else ""


def _publication(memory: VaultMemory, kept: KeptPublication) -> Thing:
    users = kept.ownership.users
    wanting = [slug for slug in users if _asks_for(memory, slug, kept)]
    judged, why, settle = Judgement.OURS, f"used by {', '.join(wanting)}", ""
    if not wanting:
        accepted = [slug for slug in users if (tenant := memory.of(slug)) and tenant.accepted.exists]
        unclear = [slug for slug in users if (tenant := memory.of(slug)) and tenant.unclear]
        judged = Judgement.UNKNOWN if unclear else Judgement.ORPHAN
        said = f"no accepted tenant asks for it; it names {', '.join(users)}" if users else "a removal of it was interrupted"
        why = f"it cannot be told what {unclear[0]} asks for" if unclear else said
        settle = onboard(accepted[0]) if accepted else f"Once the API is in that portal no more: vault kv metadata delete {_path(kept)}"
    return Thing(
        system=Holder.VAULT,
        kind="publication record",
        name=kept.api_id,
        where=kept.where,
        judged=judged,
        why=why,
        tenant=kept.ownership.owner,
        since=kept.ownership.since,
        settle=settle,
    )


def _asks_for(memory: VaultMemory, slug: str, kept: KeptPublication) -> bool:
    """By the ids that the tenant remembers, and the names that it asks for."""
    found = memory.of(slug)
    if found is None or found.tenant is None:
        return False
    labels = {api.label for api in found.tenant.apis}
    remembered = [one for one in found.accepted.publications if (one.portal_id, one.api_id) == (kept.portal_id, kept.api_id)]
    return not remembered or any(one.label in labels and one.portal == found.tenant.portal for one in remembered)


def _path(kept: KeptPublication) -> str:
    return kept.where.removeprefix("vault://")


def _initial_client(ctx: StepContext, memory: VaultMemory) -> Iterator[Thing]:
    """It is there once the platform is prepared; a tenant cannot be without it."""
    kept, wanted = memory.initial, ctx.platform.curity.initial_client.id
    judged, why, settle = Judgement.OURS, "the platform's", ""
    held = kept.values.get("client_id") if kept else None
    if kept is None:
        if memory.gaps or not any(tenant.accepted.exists for tenant in memory.tenants):
            return
        judged, why, settle = Judgement.SECRET_MISSING, "tenants are accepted, and Vault holds no secret of it", "dcr prepare"
    elif held is None or held.get_secret_value() != wanted:
        judged, why = Judgement.FOREIGN, f"it is not of client {wanted}, which the platform names"
    elif "client_secret" not in kept.values:
        judged, why, settle = Judgement.SECRET_MISSING, "it holds no secret", "dcr prepare"
    yield Thing(
        system=Holder.VAULT,
        kind="initial client",
        name=wanted,
        where=ctx.vault.ref(paths.initial_client()),
        judged=judged,
        why=why,
        since=since_of(kept),
        settle=settle,
    )
