"""Register each application for its APIs, and for no others, and see to the approval; without an approved one the gateway answers 403.

Source: docs/vendors/konnect.md, Decision order, Portal registrations, Admin registrations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dcr.konnect.api_registrations import (
    ApiRegistration,
    Status,
    approve_registration,
    create_registration,
    find_registrations,
)
from dcr.model.tenant import ApplicationSpec, RegistrationApproval, Way
from dcr.portal.api_registrations import register
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import ApplicationFacts, Facts, RegistrationFacts, require
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Verdict
from dcr.steps.application.application import Application
from dcr.steps.application.belonging import former_names
from dcr.steps.application.former.registrations import (
    LeavingRegistration,
    absent_registrations,
    of_application,
    of_former,
    remove_registrations,
)
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.unregistered import before_registration
from dcr.steps.step import Each, Item, Lock, Step, System

# What each status means for the run, worst first. A person's refusal is never overruled.
VERDICTS = {
    Status.REVOKED: Verdict.FAILED,
    Status.REJECTED: Verdict.FAILED,
    Status.PENDING: Verdict.PENDING,
    Status.APPROVED: Verdict.OK,
}
DETAILS = {
    Status.REVOKED: "a portal admin has revoked it. Ask why; an admin must approve it again",
    Status.REJECTED: "a portal admin has rejected it. Ask why; an admin must approve it",
    Status.PENDING: "it waits for a portal admin's approval",
    Status.APPROVED: "",
}


@dataclass(frozen=True, slots=True)
class RegistrationsState:
    """One application's registrations."""

    by_label: Mapping[str, ApiRegistration | None]  # for the APIs that it shall use; None: there is none
    leaving: tuple[LeavingRegistration, ...] = ()  # those that nobody asks for, or not any more


class ApiRegistrations(Step[RegistrationsState, str]):
    """A registration that exists is found; one that exists is changed only by a run that may approve."""

    name, stage, scope, lock = "registrations", Stage.APPLICATION, Scope.TENANT, Lock.TENANT
    systems, each = frozenset({System.VAULT, System.KONNECT, System.PORTAL}), Each.APPLICATION
    follows = (Application,)
    timeout_seconds, description = 3900, "Its registration for each API, and the approval."
    link = "registrations"

    def unknown(self, ctx: StepContext, item: Item) -> tuple[str, ...]:
        missing = [] if ctx.facts.portal else ["the portal"]
        return (*missing, *([] if item in ctx.facts.applications else [f"the application {item}"]))

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:
        """Former applications, and those that are asked for and are registered for more than that."""
        former = former_names(ctx)
        others = (one.name for one in ctx.the_tenant().applications if one.name not in former)
        return (*former, *(name for name in others if self.observe(ctx, name).leaving))

    def observe(self, ctx: StepContext, item: Item) -> RegistrationsState:
        former = of_former(ctx, item) if item in former_names(ctx) else None
        present = self._present(ctx, item)
        return present if former is None else RegistrationsState(present.by_label, former)

    def _present(self, ctx: StepContext, item: Item) -> RegistrationsState:
        """Of the application that is asked for, if there is one of this name."""
        tenant, portal, known = ctx.the_tenant(), ctx.facts.portal, ctx.facts.applications.get(item)
        asked = next((one for one in tenant.applications if one.name == item), None)
        labels = [api.label for api in tenant.apis_of(asked)] if asked else []
        if asked is None or portal is None or known is None:
            return RegistrationsState(dict.fromkeys(labels))
        by_api = ctx.cached(f"konnect registrations {known.id}", lambda: find_registrations(ctx.konnect, portal.id, known.id))
        wanted = {label: ctx.facts.api_ids.get(label, "") for label in labels}
        others = [one for api_id, one in by_api.items() if api_id not in wanted.values()]
        leaving = of_application(ctx, portal.id, tenant.portal, others) if None not in map(ctx.facts.api_ids.get, labels) else ()
        return RegistrationsState({label: by_api.get(api_id) for label, api_id in wanted.items()}, leaving)

    def diff(self, ctx: StepContext, item: Item, state: RegistrationsState) -> Diff[str]:
        tenant = ctx.the_tenant()
        root = _root(ctx, item)
        differences = []
        for label, found in state.by_label.items():
            before, wanted = found.status if found else None, wanted_status(found, tenant.registration_approval)
            if before != wanted:
                differences.append(Difference(Change(self.stage, self.scope, f"{root}/{label}/status", before, wanted), label))
        return Diff(tuple(differences))

    def outcome(self, ctx: StepContext, item: Item, state: RegistrationsState) -> Outcome:
        if self.diff(ctx, item, state):
            return Outcome()
        there = {label: found for label, found in state.by_label.items() if found}
        claims = tuple(_claim(item, label, found) for label, found in there.items())
        return Outcome(Facts(registrations={item: _together(there)}), claims=claims)

    def apply(self, ctx: StepContext, item: Item, state: RegistrationsState, diff: Diff[str]) -> Outcome:
        application = ctx.the_tenant().application(item)
        new = [api for api in ctx.the_tenant().apis_of(application) if state.by_label[api.label] is None]
        claims = before_registration(ctx, application, new[0]) if new else ()
        for label in diff.writes:
            _write(ctx, application, label, state.by_label[label])
        return Outcome(claims=claims)

    def absent(self, ctx: StepContext, item: Item, state: RegistrationsState) -> Diff[str]:  # noqa: ARG002
        return absent_registrations(item, state.leaving)

    def remove(self, ctx: StepContext, item: Item, state: RegistrationsState, diff: Diff[str]) -> Outcome:
        return remove_registrations(ctx, item, [one for one in state.leaving if one.registration.id in diff.writes])


def wanted_status(found: ApiRegistration | None, approval: RegistrationApproval) -> Status:
    """What a registration shall become."""
    if found is None:
        return Status.PENDING if approval is RegistrationApproval.BY_PORTAL_ADMIN else Status.APPROVED
    if found.status is Status.PENDING and approval is RegistrationApproval.BY_THIS_RUN:
        return Status.APPROVED
    return found.status


def _root(ctx: StepContext, name: str) -> str:
    return f"konnect/portals/{ctx.the_tenant().portal}/applications/{name}/registrations"


def _known(ctx: StepContext, name: str) -> ApplicationFacts:
    return require(ctx.facts.applications.get(name), f"the application {name}")


def _write(ctx: StepContext, application: ApplicationSpec, label: str, found: ApiRegistration | None) -> None:
    known, portal_id = _known(ctx, application.name), ctx.the_portal().id
    if found is None:
        api_id = require(ctx.facts.api_ids.get(label), f"the API {label}")
        registration_id, status = _create(ctx, application, portal_id, known.id, api_id)
    else:
        registration_id, status = found.id, found.status
    if status is Status.PENDING and ctx.the_tenant().registration_approval is RegistrationApproval.BY_THIS_RUN:
        approve_registration(ctx.konnect, portal_id, known.id, registration_id)


def _create(ctx: StepContext, application: ApplicationSpec, portal_id: str, application_id: str, api_id: str) -> tuple[str, Status]:
    """As the way of the application has it: its developer asks for it, or an admin gives it."""
    if application.way is Way.PORTAL:
        asked_for = register(ctx.portal, application_id, api_id)
        return asked_for.id, asked_for.status
    status = wanted_status(None, ctx.the_tenant().registration_approval)
    given = create_registration(ctx.konnect, portal_id, application_id, api_id, status)
    return given.id, given.status


def _together(found: Mapping[str, ApiRegistration]) -> RegistrationFacts:
    statuses = {one.status for one in found.values()}
    worst = next((status for status in VERDICTS if status in statuses), Status.PENDING)
    return RegistrationFacts(worst is Status.APPROVED, worst is Status.PENDING)


def _claim(name: str, label: str, found: ApiRegistration) -> Claim:
    what = f"{name} is registered for {label}"
    return Claim(stage=Stage.APPLICATION, what=what, verdict=VERDICTS[found.status], detail=DETAILS[found.status])
