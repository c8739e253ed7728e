"""Publish each API to the tenant's portal with the platform's auth strategy.

Source: docs/vendors/konnect.md, Publications; docs/vendors/how-to.md, Portal settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dcr.errors import Missing
from dcr.konnect.portals import find_implementations
from dcr.konnect.publications import (
    Publication,
    count_approved_registrations,
    find_publications,
    publish,
    read_publication,
)
from dcr.model.tenant import RegistrationApproval
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import Facts, require
from dcr.results.fields import NO_MEMBERS, Field, Fields, Place
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.portal_binding import leaving_publication
from dcr.steps.portal_binding.leaving_publication import LeavingPublication
from dcr.steps.portal_binding.publication_claim import OWNER, USERS, belonging_to_others, claim, claim_differences, whose
from dcr.steps.portal_binding.publication_owner import NOBODYS, Ownership
from dcr.steps.step import Each, Item, Lock, Step, System

STRATEGY = "auth_strategy_ids"


@dataclass(frozen=True, slots=True)
class PublicationSpec:
    """What the tenant asks for. None: known after other steps have written."""

    auth_strategy_id: str | None
    auto_approve_registrations: bool
    visibility: str


@dataclass(frozen=True, slots=True)
class PublicationState:
    """One API's publication, and who would lose by another strategy."""

    possible: bool  # portal and API are there; else others have said what is missing
    found: Publication | None = None
    losing: int = 0  # approved registrations of the strategy it has now
    sync_errors: tuple[str, ...] = ()  # why the auth plugin of a publication that was just made is not installed
    ownership: Ownership = NOBODYS
    unclear: str = ""  # why nobody can tell whose it is, though it is there and differs
    leaving: LeavingPublication | None = None  # it is no longer asked for, and this is what there is of it


def _strategy(found: Publication) -> str:
    return ", ".join(found.auth_strategy_ids or ()) or NO_MEMBERS


FIELDS = Fields[Publication, PublicationSpec](
    Field(
        STRATEGY,
        _strategy,
        lambda wanted: wanted.auth_strategy_id,
        late=True,
        always=True,
        body=lambda wanted, _found: {STRATEGY: [wanted.auth_strategy_id]},
    ),
    Field(
        "auto_approve_registrations",
        lambda found: bool(found.auto_approve_registrations),
        lambda wanted: wanted.auto_approve_registrations,
        always=True,
    ),
    Field("visibility", lambda found: found.visibility, lambda wanted: wanted.visibility, always=True),
)


class PublicationStep(Step[PublicationState, str]):
    """One PUT of the whole publication makes it and changes it. Who was first owns it, and Vault says so before it is published."""

    name, stage, scope, lock = "publication", Stage.PORTAL_BINDING, Scope.TENANT, Lock.TENANT
    systems, each = frozenset({System.VAULT, System.KONNECT}), Each.API
    timeout_seconds, description = 120, "The API in the portal, with the auth strategy."
    link = "publication"

    def unknown(self, ctx: StepContext, item: Item) -> tuple[str, ...]:
        missing = [] if ctx.facts.portal else ["the portal"]
        return (*missing, *([] if item in ctx.facts.api_ids else [f"the API {item}"]))

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:
        return tuple(leaving_publication.leaving(ctx))

    def observe(self, ctx: StepContext, item: Item) -> PublicationState:
        if item not in [api.label for api in ctx.the_tenant().apis]:
            return PublicationState(possible=False, leaving=leaving_publication.observe(ctx, item))
        portal, api_id = ctx.facts.portal, ctx.facts.api_ids.get(item)
        if portal is None or api_id is None:
            return PublicationState(possible=False)
        written = item in ctx.facts.published
        found = _read(ctx, portal.id, api_id) if written else _listed(ctx, portal.id).get(api_id)
        losing = count_approved_registrations(ctx.konnect, portal.id, api_id) if _conflict(found, ctx.facts.strategy_id) else 0
        ownership, unclear = whose(ctx, item, differs=_differs(found, ctx))
        return PublicationState(True, found, losing, _sync_errors(ctx, api_id) if written else (), ownership, unclear)

    def diff(self, ctx: StepContext, item: Item, state: PublicationState) -> Diff[str]:
        if not state.possible:
            return Diff()
        place = Place(self.stage, self.scope, _path(ctx, item))
        wanted = FIELDS.diff(place, state.found, _spec(ctx), conflict=_others(ctx, state))
        differences = tuple(_saying_who_loses(one, state, ctx.facts.strategy_id) for one in wanted.differences)
        differences += claim_differences(ctx, item, state.ownership, takes=any(one.change.conflict for one in differences))
        return Diff(differences, warnings=(*_overruled(ctx), *_not_installed(place.path, state.sync_errors)))

    def apply(self, ctx: StepContext, item: Item, state: PublicationState, diff: Diff[str]) -> Outcome:
        require(ctx.facts.strategy_id, "the auth strategy")
        published = set(diff.writes) - {OWNER, USERS}
        claim(ctx, item, state.ownership, _asked(ctx), diff.writes)
        if published:
            publish(ctx.konnect, ctx.the_portal().id, ctx.facts.api_ids[item], FIELDS.create_body(_spec(ctx)))
        return Outcome(Facts(published=frozenset({item})))

    def absent(self, ctx: StepContext, item: Item, state: PublicationState) -> Diff[str]:  # noqa: ARG002
        return leaving_publication.absent(ctx, state.leaving) if state.leaving else Diff()

    def remove(self, ctx: StepContext, item: Item, state: PublicationState, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        leaving_publication.remove(ctx, require(state.leaving, "what is to be removed"), diff)
        return Outcome()


def _path(ctx: StepContext, item: Item) -> str:
    return f"konnect/portals/{ctx.the_tenant().portal}/publications/{item}"


def _read(ctx: StepContext, portal_id: str, api_id: str) -> Publication | None:
    try:
        return read_publication(ctx.konnect, portal_id, api_id)
    except Missing:
        return None


def _listed(ctx: StepContext, portal_id: str) -> dict[str, Publication]:
    """Of all the tenant's APIs in one request."""
    api_ids = ctx.facts.api_ids.values()
    return ctx.cached(f"konnect api-publications {portal_id}", lambda: find_publications(ctx.konnect, portal_id, api_ids))


def _sync_errors(ctx: StepContext, api_id: str) -> tuple[str, ...]:
    """Konnect could not install the auth plugin: worth saying; the smoke test is the judge of it."""
    links = find_implementations(ctx.konnect, [api_id])
    return tuple(str(link.service.auth_strategy_sync_error) for link in links if link.service and link.service.auth_strategy_sync_error)


def _not_installed(path: str, errors: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"konnect: after publishing {path}, the auth plugin is not installed on its service yet: {error}." for error in errors)


def _conflict(found: Publication | None, strategy_id: str | None) -> str:
    if found is None or _strategy(found) == strategy_id:
        return ""
    if not found.auth_strategy_ids:
        return "the API is published without an auth strategy: who uses it now does so without an application"
    return "the API is published with another auth strategy, whose applications would be refused"


def _saying_who_loses(one: Difference[str], state: PublicationState, strategy_id: str | None) -> Difference[str]:
    conflict = _conflict(state.found, strategy_id) if one.write == STRATEGY else ""
    if not conflict:
        return one
    lose = f"{conflict}; {state.losing} approved registration{'' if state.losing == 1 else 's'} would lose access"
    change: Change = replace(one.change, conflict="; ".join(filter(None, (one.change.conflict, lose))))
    return Difference(change, one.write)


def _differs(found: Publication | None, ctx: StepContext) -> bool:
    """Whether it is by our strategy, and yet not as wanted."""
    if found is None or _conflict(found, ctx.facts.strategy_id):
        return False
    return bool(FIELDS.diff(Place(Stage.PORTAL_BINDING, Scope.TENANT, ""), found, _spec(ctx)))


def _others(ctx: StepContext, state: PublicationState) -> str:
    """Why this tenant may not change it; empty if it may. What its owner is about to publish just so, it may publish too."""
    if state.found is None and state.ownership.asked == _asked(ctx):
        return ""
    return belonging_to_others(ctx, state.ownership, state.unclear)


def _asked(ctx: StepContext) -> dict[str, str]:
    spec = _spec(ctx)
    return {"visibility": spec.visibility, "auto_approve_registrations": "on" if spec.auto_approve_registrations else "off"}


def _spec(ctx: StepContext) -> PublicationSpec:
    tenant = ctx.the_tenant()
    # A portal that approves everything cannot be overruled for one API: asking for less would differ for ever.
    approves = tenant.registration_approval is RegistrationApproval.AUTOMATIC or ctx.the_portal().auto_approves
    return PublicationSpec(ctx.facts.strategy_id, approves, tenant.visibility.value)


def _overruled(ctx: StepContext) -> tuple[str, ...]:
    tenant = ctx.the_tenant()
    if not ctx.the_portal().auto_approves or tenant.registration_approval is RegistrationApproval.AUTOMATIC:
        return ()
    return (f"konnect: portal {tenant.portal} approves every registration by itself, whatever the tenant says.",)
