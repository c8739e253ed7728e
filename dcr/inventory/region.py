"""What Konnect holds, read list by list: one answer or one reason each. Never more than a handful of lists a portal.

Source: docs/vendors/konnect.md, Lists, Finding applications.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from dcr.inventory.memory import KeptTenant, VaultMemory
from dcr.inventory.questions import Questions, Unasked
from dcr.inventory.thing import Holder, Judgement
from dcr.konnect.api_registrations import ApiRegistration, list_registrations
from dcr.konnect.applications import KonnectApplication, find_application_anywhere, list_applications
from dcr.konnect.labels import is_ours
from dcr.konnect.portals import DevPortal, KonnectApi, find_apis, find_portals
from dcr.konnect.providers import KonnectProvider, list_providers
from dcr.konnect.publications import ListedPublication, list_publications
from dcr.konnect.strategies import KonnectStrategy, list_strategies
from dcr.steps.context import StepContext

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PortalContents:
    """One portal that a tenant names, or has named."""

    id: str
    name: str
    applications: tuple[KonnectApplication, ...] | Unasked
    registrations: tuple[ApiRegistration, ...] | Unasked
    publications: tuple[ListedPublication, ...] | Unasked


@dataclass(frozen=True, slots=True)
class Region:
    """All of it."""

    providers: tuple[KonnectProvider, ...] | Unasked
    strategies: tuple[KonnectStrategy, ...] | Unasked
    portals: tuple[DevPortal, ...] | Unasked
    apis: tuple[KonnectApi, ...] | Unasked
    contents: Mapping[str, PortalContents] = field(default_factory=dict)  # by portal id

    def strategy_ids(self, name: str) -> frozenset[str]:
        """Of our strategies, copies too."""
        found = () if isinstance(self.strategies, Unasked) else self.strategies
        return frozenset(one.id for one in found if one.name == name and is_ours(one.labels))

    def label_of(self, api_id: str) -> str:
        """Of an API that an accepted tenant names; empty if it is none of those."""
        found = () if isinstance(self.apis, Unasked) else self.apis
        return next((one.label for one in found if one.id == api_id), "")

    def applications(self) -> dict[str, KonnectApplication]:
        """Of all the portals, by id."""
        return {one.id: one for contents in self.contents.values() for one in rows(contents.applications)}


def rows(found: tuple[T, ...] | Unasked) -> tuple[T, ...]:
    """What was answered; nothing if it could not be asked."""
    return () if isinstance(found, Unasked) else found


def read_region(ctx: StepContext, questions: Questions, memory: VaultMemory, tenants: Collection[KeptTenant]) -> Region:
    """Read what these tenants have to do with."""
    konnect = ctx.konnect
    portals = questions.ask(Holder.KONNECT, lambda: find_portals(konnect))
    names = {api.name for kept in tenants if kept.tenant for api in kept.tenant.apis}
    named = _portal_ids(memory, tenants, rows(portals))
    by_id = {one.id: one.name for one in rows(portals)}
    return Region(
        providers=questions.ask(Holder.KONNECT, lambda: list_providers(konnect)),
        strategies=questions.ask(Holder.KONNECT, lambda: list_strategies(konnect)),
        portals=portals,
        apis=questions.ask(Holder.KONNECT, lambda: find_apis(konnect, names)) if names else (),
        contents={one: _contents(ctx, questions, one, by_id[one]) for one in sorted(named) if one in by_id},
    )


def gone_applications(
    ctx: StepContext, questions: Questions, region: Region, tenants: Collection[KeptTenant]
) -> dict[str, tuple[Judgement, str]]:
    """What a record is whose application is not found, and why, by the record's place.

    One that its portal does not list is asked for by its id. A portal that is not listed may be gone, or not ours to see: lists leave out
    what the token may not read.
    """
    there, found = region.applications(), dict[str, tuple[Judgement, str]]()
    for kept in (one for tenant in tenants for one in tenant.applications if one.record.ours and one.record.application_id):
        contents = region.contents.get(kept.record.text("portal_id"))
        unread = isinstance(region.portals, Unasked) or (contents is not None and isinstance(contents.applications, Unasked))
        known = kept.record.application_id
        if known in there or unread:
            continue
        seen = questions.ask(Holder.KONNECT, lambda known=known: find_application_anywhere(ctx.konnect, known))  # type: ignore[misc]
        if seen is None and contents:
            found[kept.where] = Judgement.ORPHAN, f"its application {known} is in no portal any more"
        elif not contents:
            found[kept.where] = Judgement.UNKNOWN, "its portal is not listed: it is gone, or the token may not see it"
    return found


def _contents(ctx: StepContext, questions: Questions, portal_id: str, name: str) -> PortalContents:
    return PortalContents(
        id=portal_id,
        name=name,
        applications=questions.ask(Holder.KONNECT, lambda: list_applications(ctx.konnect, portal_id)),
        registrations=questions.ask(Holder.KONNECT, lambda: list_registrations(ctx.konnect, portal_id)),
        publications=questions.ask(Holder.KONNECT, lambda: list_publications(ctx.konnect, portal_id)),
    )


def _portal_ids(memory: VaultMemory, tenants: Collection[KeptTenant], portals: tuple[DevPortal, ...]) -> set[str]:
    """Of every portal that a tenant names or is remembered to have named."""
    slugs, ids = {kept.slug for kept in tenants}, {one.name: one.id for one in portals}
    found = {ids.get(kept.tenant.portal, "") for kept in tenants if kept.tenant}
    for kept in tenants:
        found |= {one.record.text("portal_id") or ids.get(one.record.text("portal"), "") for one in kept.applications}
        found |= {one.portal_id for one in kept.accepted.publications}
    found |= {one.portal_id for one in memory.publications if slugs & {one.ownership.owner, *one.ownership.users}}
    return found
