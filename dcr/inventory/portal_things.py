"""What a portal has of ours, judged: applications, registrations, publications. What nobody in Vault claims is foreign, and alive.

Source: docs/vendors/konnect.md, Admin applications, Admin registrations, Publications, Finding applications.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dcr.inventory.claims import IdsInVault, is_unadopted
from dcr.inventory.memory import KeptApplication, KeptTenant, VaultMemory
from dcr.inventory.questions import Questions, Unasked
from dcr.inventory.region import PortalContents, Region, rows
from dcr.inventory.shared_objects import unasked
from dcr.inventory.thing import Holder, Judgement, Thing
from dcr.konnect.api_registrations import ApiRegistration, Status
from dcr.konnect.applications import KonnectApplication
from dcr.konnect.portals import find_developer, find_team
from dcr.konnect.publications import ListedPublication
from dcr.model.tenant import OwnerType
from dcr.model.timestamps import rfc3339
from dcr.steps.context import StepContext

Judged = tuple[Judgement, str, str, str]  # and why, whose, what settles it


@dataclass(frozen=True, slots=True)
class PortalLook:
    """What is needed to judge a portal's things."""

    ctx: StepContext
    questions: Questions
    memory: VaultMemory
    ids: IdsInVault
    region: Region

    def things(self) -> Iterator[Thing]:
        """Of all portals that were read."""
        for what, found in (("portal", self.region.portals), ("API", self.region.apis)):
            if isinstance(found, Unasked):
                yield unasked(what, found.why)
        for contents in self.region.contents.values():
            yield from self._of_portal(contents)

    def _of_portal(self, contents: PortalContents) -> Iterator[Thing]:
        kinds = (("application", contents.applications), ("registration", contents.registrations), ("publication", contents.publications))
        for kind, found in kinds:
            if isinstance(found, Unasked):
                yield unasked(kind, found.why, f"in portal {contents.name}")
        for application in rows(contents.applications):
            yield self._application(contents, application)
        for registration in rows(contents.registrations):
            yield from self._registration(contents, registration)
        for publication in rows(contents.publications):
            yield from self._publication(contents, publication)

    # Applications

    def _application(self, contents: PortalContents, found: KonnectApplication) -> Thing:
        judged, why, whose, settle = self._whose(contents, found)
        return Thing(
            system=Holder.KONNECT,
            kind="application",
            name=found.name,
            where=f"{contents.name}/{found.id}",
            judged=judged,
            why=why,
            tenant=whose,
            since=rfc3339(found.created_at),
            settle=settle,
        )

    def _whose(self, contents: PortalContents, found: KonnectApplication) -> Judged:
        kept, client = self.ids.applications.get(found.id), found.client_id or ""
        if kept:
            return self._remembered(kept)
        lost = self.ids.lost_applications.get(found.id) or self.ids.lost_clients.get(client)
        if lost:
            return Judgement.ORPHAN, lost.why, lost.slug, lost.settle
        same_client = self.ids.clients.get(client)
        if same_client:
            return self._of_known_client(same_client)
        if isinstance(self.region.strategies, Unasked):
            return (
                Judgement.UNKNOWN,
                "no record claims it, and which strategy is ours could not be asked",
                "",
                "Ask again when Konnect answers.",
            )
        strategies = self.region.strategy_ids(self.ctx.platform.konnect.auth_strategy.name)
        if not found.auth_strategy or found.auth_strategy.id not in strategies:
            return Judgement.FOREIGN, "it does not use our auth strategy", "", ""
        return self._unfinished(contents, found) or (Judgement.FOREIGN, "with our auth strategy; no record in Vault claims it", "", "")

    def _remembered(self, kept: KeptApplication) -> Judged:
        tenant = self._tenant(kept)
        if not kept.known:
            return Judgement.UNKNOWN, f"{kept.where} claims it; what the tenant asks for cannot be told", kept.slug, tenant.settle
        if kept.former:
            return Judgement.ORPHAN, f"{kept.where} remembers it, and nobody asks for it any more", kept.slug, tenant.settle
        if kept.record.credentials is None:
            return Judgement.SECRET_MISSING, f"{kept.where} holds no whole credentials of it", kept.slug, tenant.settle
        return Judgement.OURS, f"{kept.where} holds its credentials", kept.slug, ""

    def _of_known_client(self, kept: KeptApplication) -> Judged:
        tenant = self._tenant(kept)
        if is_unadopted(kept) or kept.former:
            return Judgement.ORPHAN, f"adopted with the client of {kept.where}, which did not hear of it", kept.slug, tenant.settle
        why = f"it has the client of {kept.where}, which names another application: to delete it may end the client of both"
        return Judgement.UNKNOWN, why, kept.slug, "Look in the portal which of both is registered for the tenant's APIs."

    def _unfinished(self, contents: PortalContents, found: KonnectApplication) -> Judged | None:
        """A record was reserved in this portal, under this name, for this owner, and nobody heard what came of it."""
        fitting = [kept for kept in self.ids.unfinished if kept.name == found.name and self._in_portal(kept, contents)]
        owners = {kept.slug: self._owner(kept, contents) for kept in fitting}
        unclear = next((one for one in owners.values() if isinstance(one, Unasked)), None)
        mine = [kept for kept in fitting if found.owner and owners[kept.slug] == found.owner.id]
        if unclear or len(mine) > 1:
            why = unclear.why if unclear else f"tenants {', '.join(kept.slug for kept in mine)} have each reserved one of this name"
            return Judgement.UNKNOWN, why, "", ""
        if not mine:
            return None
        return Judgement.ORPHAN, f"{mine[0].where} was reserved for it, and never heard of it", mine[0].slug, self._tenant(mine[0]).settle

    def _in_portal(self, kept: KeptApplication, contents: PortalContents) -> bool:
        tenant = self._tenant(kept).tenant
        named = kept.record.text("portal") or (tenant.portal if tenant else "")
        return kept.record.text("portal_id") == contents.id or (not kept.record.text("portal_id") and named == contents.name)

    def _owner(self, kept: KeptApplication, contents: PortalContents) -> str | Unasked:
        tenant = self._tenant(kept).tenant
        kind = kept.record.text("owner_type") or (tenant.owner_type.value if tenant else "")
        name = kept.record.text("owner") or (tenant.owner if tenant else "")
        find = find_team if kind == OwnerType.TEAM else find_developer

        def ask() -> str:
            found = self.ctx.cached(f"{kind} {name} of {contents.id}", lambda: find(self.ctx.konnect, contents.id, name))
            return found.id if found else ""

        return self.questions.ask(Holder.KONNECT, ask) if name else ""

    def _tenant(self, kept: KeptApplication) -> KeptTenant:
        found = self.memory.of(kept.slug)
        if found is None:
            raise LookupError(kept.slug)
        return found

    # Registrations of our applications; those of others are theirs

    def _registration(self, contents: PortalContents, found: ApiRegistration) -> Iterator[Thing]:
        kept = self.ids.applications.get(found.application.id)
        if kept is None or not kept.known or kept.former or kept.asked is None:
            return  # it ends with its application, which is a thing of its own
        tenant = self._tenant(kept)
        label = self.region.label_of(found.api.id) or self._remembered_label(contents, found.api.id) or found.api.label
        wanted = {api.label for api in tenant.tenant.apis_of(kept.asked)} if tenant.tenant else set()
        if label in wanted:
            judged, why = Judgement.OURS, found.status.value
        elif isinstance(self.region.apis, Unasked):
            judged, why = Judgement.UNKNOWN, "it cannot be told which API it is"
        elif found.status in (Status.REVOKED, Status.REJECTED):
            judged, why = Judgement.OURS, f"{found.status.value}: it lets nobody in"
        else:
            judged, why = Judgement.ORPHAN, f"{found.status.value}, and {kept.slug} does not ask for this API any more"
        yield Thing(
            system=Holder.KONNECT,
            kind="registration",
            name=f"{kept.name} for {label}",
            where=f"{contents.name}/{found.id}",
            judged=judged,
            why=why,
            tenant=kept.slug,
            since=rfc3339(found.created_at) if found.created_at else "",
            settle=tenant.settle if judged is Judgement.ORPHAN else "",
        )

    def _remembered_label(self, contents: PortalContents, api_id: str) -> str:
        known = (one for tenant in self.memory.tenants for one in tenant.accepted.publications)
        return next((one.label for one in known if (one.portal_id, one.api_id) == (contents.id, api_id)), "")

    # Publications with our strategy; others are nobody's business here

    def _publication(self, contents: PortalContents, found: ListedPublication) -> Iterator[Thing]:
        strategies = self.region.strategy_ids(self.ctx.platform.konnect.auth_strategy.name)
        if not strategies & set(found.auth_strategy_ids or ()):
            return
        label = self.region.label_of(found.api_id) or self._remembered_label(contents, found.api_id)
        judged, why, whose, settle = self._publisher(contents, found, label)
        yield Thing(
            system=Holder.KONNECT,
            kind="publication",
            name=label or found.api_id,
            where=f"{contents.name}/{found.api_id}",
            judged=judged,
            why=why,
            tenant=whose,
            since=rfc3339(found.created_at) if found.created_at else "",
            settle=settle,
        )

    def _publisher(self, contents: PortalContents, found: ListedPublication, label: str) -> Judged:
        wanting = [one.slug for one in self.memory.tenants if one.tenant and _asks(one, contents.name, label)]
        if wanting:
            return Judgement.OURS, f"asked for by {', '.join(wanting)}", self._owner_of(contents, found, wanting), ""
        unclear = next((one for one in self.memory.tenants if one.unclear), None)
        if unclear or isinstance(self.region.apis, Unasked):
            why = f"it cannot be told what {unclear.slug} asks for" if unclear else "it cannot be told which API it is"
            return Judgement.UNKNOWN, why, "", ""
        for tenant in self.memory.tenants:
            if any((one.portal_id, one.api_id) == (contents.id, found.api_id) for one in tenant.accepted.publications):
                return Judgement.ORPHAN, f"{tenant.slug} published or used it, and does not ask for it any more", tenant.slug, tenant.settle
        named = [one for one in self.memory.publications if (one.portal_id, one.api_id) == (contents.id, found.api_id)]
        if named:
            why = f"{named[0].where} remembers it as {named[0].ownership.owner}'s, and no accepted tenant asks for it"
            settle = f"Take API {found.api_id} out of portal {contents.name} in Konnect; then remove that record."
            return Judgement.ORPHAN, why, named[0].ownership.owner, settle
        return Judgement.FOREIGN, "with our auth strategy; no tenant asks for it or has published it", "", ""

    def _owner_of(self, contents: PortalContents, found: ListedPublication, wanting: list[str]) -> str:
        """As Vault says; as long as it does not, the first by name."""
        owners = {(one.portal_id, one.api_id): one.ownership.owner for one in self.memory.publications}
        owner = owners.get((contents.id, found.api_id), "")
        return owner if owner in wanting else wanting[0]


def _asks(kept: KeptTenant, portal: str, label: str) -> bool:
    return kept.tenant is not None and kept.tenant.portal == portal and label in [api.label for api in kept.tenant.apis]
