"""Register each application for its APIs, and see to the approval; without an approved registration the gateway answers 403.

Source: reference/konnect.md sections 5 to 7 and 12 (P2).
"""

from __future__ import annotations

from collections.abc import Mapping

from dcr.errors import CheckFailed
from dcr.konnect.difference import Leaf, differing
from dcr.konnect.registrations import ApiRegistration, Status, approve_registration, create_registration, find_registrations
from dcr.model.tenant import ApplicationSpec, RegistrationApproval, Way
from dcr.portal.registrations import register
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.results.report import Claim, Verdict
from dcr.steps.application.portal.service_developer import portal_of
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.steps.smoke_test.unregistered import SEPARATOR, also_registered, before_registration
from dcr.vault import paths

ByLabel = Mapping[str, ApiRegistration | None]
"""An application's registrations by the label of the API; None: there is none."""

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


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Have one registration for each of the application's APIs, approved by whoever the tenant says.

    Safe to repeat: a registration that exists is found, and Konnect refuses a second one.
    """
    application = run.the_tenant().application(item)
    found, others = _find(run, facts, application)
    approval = run.the_tenant().registration_approval
    differences = {label: diff_registration(_path(run, application, label), one, approval) for label, one in found.items()}
    changes = tuple(change for some in differences.values() for change in some)
    if changes and not run.write:
        return Outcome(changes=changes)
    claims: tuple[Claim, ...] = ()
    if changes:
        claims = _before(run, {**facts, **others}, application, found)
        for label in (label for label, some in differences.items() if some):
            _write(run, facts, application, label, found[label])
        found, others = _find(run, facts, application)
    claims += tuple(_claim(application, label, one) for label, one in found.items())
    return Outcome(_facts(application, found) | others, changes, claims=claims)


def diff_registration(path: str, found: ApiRegistration | None, approval: RegistrationApproval) -> tuple[Change, ...]:
    """What differs between a registration and what the tenant asks for. One that exists is changed only by a run that may approve."""
    if found is None:
        wanted = Status.PENDING if approval is RegistrationApproval.BY_PORTAL_ADMIN else Status.APPROVED
    elif found.status is Status.PENDING and approval is RegistrationApproval.BY_THIS_RUN:
        wanted = Status.APPROVED
    else:
        wanted = found.status
    return differing(Stage.APPLICATION, Scope.TENANT, path, (Leaf("status", found.status if found else None, wanted),))


def _path(run: Run, application: ApplicationSpec, label: str) -> str:
    return f"konnect/portals/{run.the_tenant().portal}/applications/{application.name}/registrations/{label}"


def _find(run: Run, facts: Facts, application: ApplicationSpec) -> tuple[ByLabel, dict[str, str]]:
    """For the application's APIs; and as a fact, for which other ones of the tenant somebody else registered it."""
    portal_id, application_id = facts.get("portal.id"), facts.get(f"application.{application.name}.id")
    labels = [api.label for api in run.the_tenant().apis_of(application)]
    if portal_id is None or application_id is None:
        return dict.fromkeys(labels), {}
    konnect = run.systems.konnect
    by_api = run.see(f"konnect registrations {application_id}", lambda: find_registrations(konnect, portal_id, application_id))
    found = {api.label: by_api.get(facts.get(f"api.{api.label}.id", "")) for api in run.the_tenant().apis}
    others = [label for label, one in found.items() if label not in labels and one and one.status is Status.APPROVED]
    return {label: found[label] for label in labels}, {also_registered(application.name): SEPARATOR.join(others)} if others else {}


def _before(run: Run, facts: Facts, application: ApplicationSpec, found: ByLabel) -> tuple[Claim, ...]:
    """What the gateway does with the application's credentials as long as it is not registered, where only now can be asked."""
    new = [api for api in run.the_tenant().apis_of(application) if found[api.label] is None]
    return before_registration(run, facts, application, new[0]) if new else ()


def _write(run: Run, facts: Facts, application: ApplicationSpec, label: str, found: ApiRegistration | None) -> None:
    application_id = known(facts, f"application.{application.name}.id")
    if found is None:
        run.systems.locks.renew(paths.tenant_lock(run.the_tenant().slug))
        registration_id, status = _create(run, facts, application, known(facts, f"api.{label}.id"))
    else:
        registration_id, status = found.id, found.status
    if status is Status.PENDING and run.the_tenant().registration_approval is RegistrationApproval.BY_THIS_RUN:
        approve_registration(run.systems.konnect, known(facts, "portal.id"), application_id, registration_id)


def _create(run: Run, facts: Facts, application: ApplicationSpec, api_id: str) -> tuple[str, Status]:
    """As the way of the application has it: its developer asks for it, or an admin gives it."""
    application_id = known(facts, f"application.{application.name}.id")
    if application.way is Way.PORTAL:
        asked_for = register(portal_of(run, facts), application_id, api_id)
        return asked_for.id, asked_for.status
    given = create_registration(run.systems.konnect, known(facts, "portal.id"), application_id, api_id, _new_status(run))
    return given.id, given.status


def _new_status(run: Run) -> Status:
    by_admin = run.the_tenant().registration_approval is RegistrationApproval.BY_PORTAL_ADMIN
    return Status.PENDING if by_admin else Status.APPROVED


def _facts(application: ApplicationSpec, found: ByLabel) -> dict[str, str]:
    statuses = {one.status for one in found.values() if one}
    worst = next((status for status in VERDICTS if status in statuses), Status.PENDING)
    return {f"application.{application.name}.registrations": worst.value}


def _claim(application: ApplicationSpec, label: str, found: ApiRegistration | None) -> Claim:
    if found is None:
        raise CheckFailed(
            "konnect", f"it accepted the registration of {application.name} for {label} but does not list it", "Report this to Kong."
        )
    what = f"{application.name} is registered for {label}"
    return Claim(stage=Stage.APPLICATION, what=what, verdict=VERDICTS[found.status], detail=DETAILS[found.status])
