"""Take the inventory: Vault first, for it says whose things are; then Konnect and Curity; at last, who worked meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dcr.inventory.claims import ids_in
from dcr.inventory.client_things import ClientLook
from dcr.inventory.listed_clients import things_listed
from dcr.inventory.memory import KeptTenant, VaultMemory, lock_of, read_memory
from dcr.inventory.portal_things import PortalLook
from dcr.inventory.questions import Questions, Unasked
from dcr.inventory.region import gone_applications, read_region
from dcr.inventory.shared_objects import things_shared
from dcr.inventory.thing import TO_SETTLE, Holder, Inventory, Judgement, Thing
from dcr.inventory.vault_things import things_of_vault
from dcr.model.names import checked_slug
from dcr.model.timestamps import now
from dcr.steps.context import StepContext


def take_inventory(ctx: StepContext, slug: str = "") -> Inventory:
    """Everything once. Nothing is written: the clients of the context refuse to.

    Args:
        slug: of one tenant; empty: of all of the platform's.

    Raises:
        Refused: the slug is none.
    """
    ctx, questions = ctx.fresh(), Questions()
    if slug:
        checked_slug(slug)
    ctx.progress("reading Vault")
    memory = read_memory(ctx, questions)
    if isinstance(memory, Unasked):
        return Inventory(platform=ctx.platform.name, tenant=slug, at=now(), things=tuple(_without_vault(memory.why)))
    tenants = [one for one in memory.tenants if slug in ("", one.slug)]
    things, limits = _compared(ctx, questions, memory, tenants)
    things = [_of_others(thing, slug) for thing in things] if slug else things
    things = [_doubted(thing) for thing in things] if memory.gaps else things
    things = list(_settled(ctx, questions, tenants, things))
    return Inventory(platform=ctx.platform.name, tenant=slug, at=now(), things=tuple(things), limits=limits)


def _compared(
    ctx: StepContext, questions: Questions, memory: VaultMemory, tenants: list[KeptTenant]
) -> tuple[list[Thing], tuple[str, ...]]:
    """All things, and what this installation does not offer to be asked."""
    ids = ids_in(memory)
    ctx.progress("reading Konnect")
    region = read_region(ctx, questions, memory, tenants)
    things = [*things_of_vault(ctx, memory, gone_applications(ctx, questions, region, tenants)), *things_shared(ctx, region)]
    things += PortalLook(ctx, questions, memory, ids, region).things()
    ctx.progress("asking Curity")
    look = ClientLook(ctx, questions, memory, ids)
    things += look.things(tenants)
    return things_listed(look, region, things)


def _without_vault(why: str) -> Iterator[Thing]:
    """Vault says whose things are. Without it none can be judged, so nobody else is asked."""
    for system in Holder:
        said = why if system is Holder.VAULT else f"not asked: only Vault tells whose things are, and {why}"
        yield Thing(system=system, kind="system", name=system.value, where=system.value, judged=Judgement.UNKNOWN, why=said)


def _of_others(thing: Thing, slug: str) -> Thing:
    """Seen from one tenant: what is another's is not judged further."""
    if thing.tenant in ("", slug):
        return thing
    return thing.model_copy(update={"judged": Judgement.ANOTHER, "settle": ""})


def _doubted(thing: Thing) -> Thing:
    """What could not be read in Vault may claim what else is left over, or be what is missing."""
    seen = thing.judged is Judgement.SECRET_MISSING and thing.system is not Holder.VAULT  # a system said so
    if thing.judged not in TO_SETTLE or seen:
        return thing
    why = f"{thing.why}; but not all of Vault could be read, and the rest may say otherwise"
    return thing.model_copy(update={"judged": Judgement.UNKNOWN, "why": why})


def _settled(ctx: StepContext, questions: Questions, tenants: Iterable[KeptTenant], things: list[Thing]) -> Iterator[Thing]:
    """A run that is at work makes what looks left behind. A lock that has moved since the look began tells of one."""
    concerned = {thing.tenant for thing in things if thing.judged in TO_SETTLE}
    busy = {}
    for kept in tenants:
        if kept.slug in concerned:
            seen = questions.ask(Holder.VAULT, lambda slug=kept.slug: lock_of(ctx, slug))  # type: ignore[misc]
            run, version = ("", kept.lock_version) if isinstance(seen, Unasked) else seen
            if kept.run or run or version != kept.lock_version:
                busy[kept.slug] = kept.run or run or "a run"
    for thing in things:
        if thing.judged in TO_SETTLE and thing.tenant in busy:
            why = f"{thing.why}; but {busy[thing.tenant]} was at work on the tenant meanwhile"
            yield thing.model_copy(update={"judged": Judgement.UNKNOWN, "why": why, "settle": "Ask again once that run has ended."})
        else:
            yield thing
