"""An application that is created in the Dev Portal, as a person would, and its secret that is shown once.

Safe to repeat after a crash at any line: Vault says `pending` before credentials are made, so an application whose secret was lost is
found and gets a new one.

Source: docs/vendors/how-to.md, Application; docs/vendors/konnect.md, Portal applications; docs/vendors/vault.md, Order of operations.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import Problem
from dcr.konnect.applications import find_application as find_in_konnect
from dcr.model.tenant import ApplicationSpec, OwnerType
from dcr.portal.applications import (
    Credentials,
    PortalApplication,
    RegenerationRefused,
    create_application,
    delete_application,
    find_application,
    find_applications,
    regenerate_secret,
    update_application,
)
from dcr.results.changes import Scope, Stage
from dcr.results.facts import require
from dcr.results.fields import Place
from dcr.results.outcome import Outcome
from dcr.steps.application.belonging import present_record
from dcr.steps.application.claims_of_others import claims_of_others
from dcr.steps.application.portal.fields import FIELDS, NOT_OURS, Credentialing, PortalApplicationSpec, PortalDiff, diff_application
from dcr.steps.application.portal.service_developer import developer_problems
from dcr.steps.application.record import (
    ApplicationRecord,
    application_facts,
    detail_differences,
    record_problems,
    reference,
    refresh,
    reserve,
    store,
)
from dcr.steps.context import StepContext


@dataclass(frozen=True, slots=True)
class PortalState:
    """The application as it is in portal and Vault."""

    record: ApplicationRecord
    problems: tuple[Problem, ...] = ()  # why it cannot come to be; the portal was not asked then
    asked: bool = True  # False: neither was it, since the portal itself is not there
    by_id: PortalApplication | None = None  # the one whose id Vault keeps
    named: tuple[PortalApplication, ...] = ()  # else the developer's and its teams' of this name that no other tenant claims, oldest first
    doubt: str = ""  # why one of those may be another tenant's all the same

    def chosen(self, wanted: PortalApplicationSpec) -> PortalApplication | None:
        """The application that is converged."""
        return self.by_id or next(iter(self.candidates(wanted)), None)

    def candidates(self, wanted: PortalApplicationSpec) -> tuple[PortalApplication, ...]:
        """Same owner, name and strategy: applications have no labels, and names are not known to be unique."""
        return tuple(one for one in self.named if _same_identity(one, wanted))


class PortalWay:
    """The moves of an application of the way `portal`."""

    def observe(self, ctx: StepContext, asked: ApplicationSpec) -> PortalState:
        record = present_record(ctx, asked)
        problems = developer_problems(ctx) + record_problems(ctx, asked, record)
        if problems or ctx.facts.portal is None:
            return PortalState(record, problems, asked=False)
        portal, known_id = ctx.portal, record.application_id
        found = ctx.cached(f"portal application {known_id}", lambda: find_application(portal, known_id)) if known_id else None
        if found:
            return PortalState(record, by_id=found)
        hidden = _hidden(ctx, asked, known_id)
        if hidden:
            return PortalState(record, hidden, asked=False)
        return _named(ctx, asked, record)

    def diff(self, ctx: StepContext, asked: ApplicationSpec, state: PortalState) -> PortalDiff:
        if not state.asked:
            return PortalDiff(problems=state.problems)
        wanted, where = _spec(ctx, asked), reference(ctx, asked)
        place = Place(Stage.APPLICATION, Scope.TENANT, f"konnect/portals/{ctx.the_tenant().portal}/applications/{asked.name}")
        details = detail_differences(ctx, asked, where, state.record)
        foreign = _foreign(state, wanted)
        found = diff_application(place, where, state.chosen(wanted), wanted, state.record, details, foreign=foreign)
        return PortalDiff(found.differences, warnings=_duplicates(asked.name, state.candidates(wanted)), credentialing=found.credentialing)

    def outcome(self, ctx: StepContext, asked: ApplicationSpec, state: PortalState) -> Outcome:
        if not state.asked:
            return Outcome()
        found, where = state.chosen(_spec(ctx, asked)), reference(ctx, asked)
        keeps = self.diff(ctx, asked, state).credentialing is Credentialing.KEEP
        if found is None or not keeps:  # its id, or its registrations, may become others
            return Outcome(vault_paths=(where,))
        return Outcome(application_facts(asked, found.id, found.client_id or state.record.text("client_id")), vault_paths=(where,))

    def apply(self, ctx: StepContext, asked: ApplicationSpec, state: PortalState, diff: PortalDiff) -> Outcome:
        require(ctx.facts.strategy_id, "the auth strategy")
        require(require(ctx.facts.issuer, "the issuer").token_endpoint, "the token endpoint")
        wanted = _spec(ctx, asked)
        found = state.chosen(wanted)
        match diff.credentialing:
            case Credentialing.REPLACE if found:
                return self._replace(ctx, wanted, found.id)
            case Credentialing.REGENERATE if found:
                written = self._regenerate(ctx, wanted, found.id)
            case Credentialing.KEEP if found:
                written = Outcome(application_facts(asked, found.id, found.client_id or state.record.text("client_id")))
                if detail_differences(ctx, asked, reference(ctx, asked), state.record):
                    refresh(ctx, asked, state.record)
            case _:
                return self._create(ctx, wanted)
        body = FIELDS.update_body(wanted, diff.writes, found)
        if body and written.facts.applications[asked.name].id == found.id:
            update_application(ctx.portal, found.id, body)
        return written

    def _create(self, ctx: StepContext, wanted: PortalApplicationSpec) -> Outcome:
        reserve(ctx, wanted.asked, "")
        application_id, credentials = create_application(ctx.portal, FIELDS.create_body(wanted))
        return self._stored(ctx, wanted, application_id, credentials)

    def _replace(self, ctx: StepContext, wanted: PortalApplicationSpec, application_id: str) -> Outcome:
        """Nothing is said in Vault before: as long as the application is there, so may be its working credentials."""
        delete_application(ctx.portal, application_id)
        return self._create(ctx, wanted)

    def _regenerate(self, ctx: StepContext, wanted: PortalApplicationSpec, application_id: str) -> Outcome:
        reserve(ctx, wanted.asked, application_id)
        try:
            credentials = regenerate_secret(ctx.portal, application_id)
        except RegenerationRefused as refused:
            said = f"{refused.problem}. It was deleted and created again: its client id is new"
            warning = f"portal: no new secret for {wanted.asked.name}: {said}."
            return self._replace(ctx, wanted, application_id) + Outcome(warnings=(warning,))
        return self._stored(ctx, wanted, application_id, credentials)

    def _stored(self, ctx: StepContext, wanted: PortalApplicationSpec, application_id: str, credentials: Credentials) -> Outcome:
        store(ctx, wanted.asked, application_id, credentials.client_id, credentials.client_secret)
        return Outcome(application_facts(wanted.asked, application_id, credentials.client_id))


def _spec(ctx: StepContext, asked: ApplicationSpec) -> PortalApplicationSpec:
    team = ctx.facts.owner_id if ctx.the_tenant().owner_type is OwnerType.TEAM else None
    return PortalApplicationSpec(asked, ctx.facts.strategy_id, team)


def _named(ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord) -> PortalState:
    """Candidates by name. Names are not unique and applications have no labels, so other tenants' records are read too."""
    portal, wanted = ctx.portal, _spec(ctx, asked)
    found = ctx.cached(f"portal applications {asked.name}", lambda: find_applications(portal, asked.name))
    if not any(_same_identity(one, wanted) for one in found):
        return PortalState(record, named=found)
    claims = claims_of_others(ctx, asked.name, ctx.the_portal().id)
    return PortalState(record, named=tuple(one for one in found if one.id not in claims.ids), doubt=claims.doubt)


def _foreign(state: PortalState, wanted: PortalApplicationSpec) -> str:
    """Why the application that would be converged may not be ours; empty if it is."""
    if state.by_id is not None or not state.candidates(wanted):
        return ""
    return state.doubt if state.record.pending else NOT_OURS


def _hidden(ctx: StepContext, asked: ApplicationSpec, known_id: str) -> tuple[Problem, ...]:
    """An application that we made, that is in the portal, and that the service developer does not see."""
    portal_id = ctx.the_portal().id
    known = ctx.cached(f"konnect application {known_id}", lambda: find_in_konnect(ctx.konnect, portal_id, known_id)) if known_id else None
    if known is None:
        return ()
    fault = f"application {known_id} is there, and the service developer does not see it: somebody gave it to another owner"
    remedy = "Give it back to the tenant's owner in Konnect, or ask for the owner that it has now."
    return (Problem(f"konnect/portals/{ctx.the_tenant().portal}/applications/{asked.name}", fault, remedy),)


def _same_identity(found: PortalApplication, wanted: PortalApplicationSpec) -> bool:
    return found.team_id == wanted.team_id and (found.auth_strategy is None or found.auth_strategy.id == wanted.auth_strategy_id)


def _duplicates(name: str, same: tuple[PortalApplication, ...]) -> tuple[str, ...]:
    others = ", ".join(one.id for one in same[1:])
    return (f"portal: {len(same)} applications are named {name}: the oldest is used. Remove {others}.",) if others else ()
