"""Registrations: one an API, approved by whom the tenant says, and no person's refusal overruled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, LostLock, Unknown
from dcr.konnect.api_registrations import ApiRegistration, Status
from dcr.model.tenant import RegistrationApproval
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application.api_registrations import wanted_status
from sandbox.konnect.state import Application, Registration
from tests.in_process import CarryOut, answered, lost, page
from tests.unit.steps.application import one_application, one_import
from tests.unit.steps.application.one_import import ASKED, LABELS, statuses, the_application
from tests.unit.steps.contexts import StepWorld, a_tenant, converged, facts, planned, removed, taken_away

AUTOMATIC, BY_THIS_RUN, BY_ADMIN = RegistrationApproval
ID = "00000000-0000-4000-8000-000000000001"
REGISTRATIONS = ".*/registrations"


@pytest.mark.parametrize(
    ("status", "approval", "after", "reason"),
    [
        (None, AUTOMATIC, "approved", "the publication approves"),
        (None, BY_THIS_RUN, "approved", "we approve"),
        (None, BY_ADMIN, "pending", "a person decides later"),
        ("pending", AUTOMATIC, "pending", "it was asked for before the publication approved by itself: a person's to decide"),
        ("pending", BY_THIS_RUN, "approved", "we approve"),
        ("pending", BY_ADMIN, "pending", "it waits"),
        *((status, approval, status, "decided") for status in ("approved", "revoked", "rejected") for approval in RegistrationApproval),
    ],
)
def test_what_a_registration_shall_become_depends_on_who_may_approve(
    status: str | None, approval: RegistrationApproval, after: str, reason: str
) -> None:
    there = {"id": ID, "status": status, "api": {"id": ID}, "application": {"id": ID}}

    assert wanted_status(ApiRegistration.model_validate(there) if status else None, approval) == after, reason


@pytest.fixture
def world() -> StepWorld:
    there = one_application.prepared()
    one_import.publish_all(there)
    there.kong.application()
    return there


def facts_of(world: StepWorld) -> Facts:
    made = the_application(world)
    return facts(one_import.facts_of(world), applications={"checkout": {"id": made.id, "client_id": made.client_id}})


def converge(world: StepWorld, **tenant: Any) -> Outcome:
    return converged(registrations, world, facts_of(world), "checkout", tenant=a_tenant(**tenant))


def plan(world: StepWorld, known: Facts | None = None, **tenant: Any) -> Outcome:
    return planned(registrations, world, facts_of(world) if known is None else known, "checkout", tenant=a_tenant(**tenant))


def take_away(world: StepWorld, **tenant: Any) -> bool:
    return taken_away(registrations, world, facts_of(world), "checkout", tenant=a_tenant(**tenant))


def told(status: str) -> Facts:
    """What is known of the application's registrations, taken together."""
    return facts(applications={"checkout": {"registrations": status}})


def registered(world: StepWorld, label: str, status: str) -> Registration:
    return world.kong.register(the_application(world), label, status)


def test_the_publication_approves(world: StepWorld) -> None:
    for label in LABELS:
        world.kong.publication(label).auto_approve = True
    outcome = converge(world)

    assert statuses(world) == ["approved", "approved"]
    assert outcome.facts == told("approved")
    assert [claim.verdict for claim in outcome.claims] == [Verdict.OK, Verdict.OK]


def test_a_publication_that_does_not_approve_after_all_leaves_it_pending(world: StepWorld) -> None:
    outcome = converge(world, registration_approval="automatic")

    assert statuses(world) == ["pending", "pending"]
    assert outcome.facts == told("pending")
    assert [claim.verdict for claim in outcome.claims] == [Verdict.PENDING, Verdict.PENDING]


def test_this_run_approves_if_the_tenant_says_so(world: StepWorld) -> None:
    outcome = converge(world, registration_approval="by this run")

    assert statuses(world) == ["approved", "approved"]
    assert outcome.facts == told("approved")


def test_what_a_portal_admin_has_to_approve_is_pending_not_failed(world: StepWorld) -> None:
    outcome = converge(world, registration_approval="by a portal admin")

    assert statuses(world) == ["pending", "pending"]
    assert outcome.facts == told("pending")
    assert [claim.verdict for claim in outcome.claims] == [Verdict.PENDING, Verdict.PENDING]


@pytest.mark.parametrize("status", [Status.REVOKED, Status.REJECTED])
@pytest.mark.parametrize("approval", list(RegistrationApproval))
def test_a_persons_refusal_is_told_and_never_overruled(world: StepWorld, status: Status, approval: RegistrationApproval) -> None:
    registered(world, "Orders v1", status)
    registered(world, "Payments", "approved")
    outcome = converge(world, registration_approval=approval.value)

    assert world.kong.traffic.writes() == []
    assert outcome.facts == told(status.value)
    refused = [claim for claim in outcome.claims if claim.verdict is Verdict.FAILED]
    assert len(refused) == 1 and status.value in refused[0].detail


def test_only_what_is_missing_is_written(world: StepWorld) -> None:
    registered(world, "Orders v1", "approved")
    outcome = converge(world, registration_approval="by this run")

    assert [change.path.split("/")[-2] for change in outcome.changes] == ["Payments"]
    assert [method for method, _ in world.kong.traffic.writes()] == ["POST", "PATCH"]


def test_an_application_that_names_its_apis_gets_no_others(world: StepWorld) -> None:
    application = {"name": "checkout", "redirect_uri": "https://shop.example/cb", "apis": ["Payments"]}
    converge(world, applications=[application])

    assert [one.api_id for one in world.kong.made(Registration)] == [world.kong.api("Payments").id]


def test_a_registration_of_another_application_is_not_believed(world: StepWorld) -> None:
    theirs = {"id": ID, "status": "approved", "api": {"id": world.kong.api("Orders v1").id}, "application": {"id": ID}}
    world.kong.traffic.once("GET", REGISTRATIONS, answered(page(theirs)))

    assert len(plan(world).changes) == 2


def test_a_second_run_writes_nothing_and_still_says_what_is_so(world: StepWorld) -> None:
    converge(world, registration_approval="by this run")
    world.kong.traffic.clear()
    outcome = plan(world, registration_approval="by this run")

    assert world.kong.traffic.writes() == [] and len(world.kong.traffic.sent) == 1
    assert [claim.verdict for claim in outcome.claims] == [Verdict.OK, Verdict.OK]


def test_a_look_without_the_application_plans_and_claims_nothing(world: StepWorld) -> None:
    outcome = plan(world, facts())

    assert len(outcome.changes) == 2 and outcome.claims == () and outcome.facts == facts()
    assert world.kong.traffic.sent == []


def test_a_lost_answer_is_found_on_the_next_attempt(world: StepWorld) -> None:
    world.kong.traffic.once("POST", REGISTRATIONS, lost)
    with pytest.raises(Unknown):
        converge(world, registration_approval="by this run")
    converge(world, registration_approval="by this run")

    assert statuses(world) == ["approved", "approved"]


def test_nothing_is_registered_without_the_tenants_lock(world: StepWorld) -> None:
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world)
    assert world.kong.made(Registration) == []


@pytest.mark.parametrize("way", ["portal", "import"])
def test_nothing_is_approved_after_the_lock_is_lost(world: StepWorld, way: str) -> None:
    registered(world, "Orders v1", "pending")
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world, registration_approval="by this run", applications=[ASKED | {"way": way}])
    assert world.kong.traffic.writes() == [] and statuses(world) == ["pending"]


def test_nothing_is_approved_if_the_lock_is_lost_while_it_is_registered(world: StepWorld) -> None:
    def losing_the_lock(carry_out: CarryOut) -> httpx.Response:
        world.locks.held.clear()
        return carry_out()

    world.kong.traffic.once("POST", REGISTRATIONS, losing_the_lock)
    with pytest.raises(LostLock):
        converge(world, registration_approval="by this run")
    assert [method for method, _ in world.kong.traffic.writes()] == ["POST"] and statuses(world) == ["pending"]


def test_a_konnect_that_accepts_and_lists_nothing_is_found_out(world: StepWorld) -> None:
    def forgetful(carry_out: CarryOut) -> httpx.Response:
        answer = carry_out()
        world.kong.forget(Registration)
        return answer

    world.kong.traffic.once("POST", REGISTRATIONS, forgetful)
    with pytest.raises(CheckFailed, match=r"did not keep .*/registrations/Orders v1/status"):
        converge(world)


ONLY_PAYMENTS = {"applications": [{"name": "checkout", "redirect_uri": "https://shop.example/callback", "apis": ["Payments"]}]}


@pytest.mark.parametrize("status", list(Status))
def test_a_registration_that_is_not_asked_for_any_more_goes_in_whatever_state_and_no_other(world: StepWorld, status: Status) -> None:
    known, stays = facts_of(world), [registered(world, "Payments", "approved")]
    registered(world, "Orders v1", status)
    theirs = world.kong.org.add(Application(world.kong.org.new_id(), portal_id=world.kong.portal.id, name="theirs"))
    stays.append(world.kong.register(theirs, "Orders v1", "approved"))

    outcome = removed(registrations, world, known, "checkout", tenant=a_tenant(**ONLY_PAYMENTS))
    (change,) = outcome.changes
    assert (change.path.split("/")[-3:], change.before, change.after) == (["checkout", "registrations", "Orders v1"], status, None)
    assert change.removes and world.kong.made(Registration) == stays
    assert not taken_away(registrations, world, known, "checkout", tenant=a_tenant(**ONLY_PAYMENTS))


def test_registrations_of_an_api_that_the_tenant_has_dropped_go_by_the_name_that_konnect_has_for_it(world: StepWorld) -> None:
    converge(world)
    known = facts(facts_of(world))
    known = replace(known, api_ids={"Payments": known.api_ids["Payments"]})
    tenant = a_tenant(apis=[{"name": "Payments", "path": "/payments"}])
    outcome = removed(registrations, world, known, "checkout", tenant=tenant)

    assert [change.path.rsplit("/", 1)[-1] for change in outcome.changes] == ["Orders v1"]
    assert [one.api_id for one in world.kong.made(Registration)] == [world.kong.api("Payments").id]


def test_nothing_is_dropped_while_an_api_that_is_asked_for_could_not_be_found(world: StepWorld) -> None:
    converge(world)
    known = replace(facts_of(world), api_ids={})

    assert not taken_away(registrations, world, known, "checkout", tenant=a_tenant(**ONLY_PAYMENTS))


def test_where_only_access_ends_registrations_are_revoked_and_stay() -> None:
    world = one_application.prepared()
    one_import.publish_all(world)
    one_application.converge(world)
    for label, status in zip(LABELS, ("approved", "rejected"), strict=True):
        registered(world, label, status)
    options: Any = {"tenant": one_application.leaving(), "revoking": True}
    outcome = removed(registrations, world, facts(), "checkout", **options)

    assert [(change.before, change.after) for change in outcome.changes] == [("approved", "revoked")]
    assert statuses(world) == ["revoked", "rejected"]
    assert not taken_away(registrations, world, facts(), "checkout", **options)


def test_where_nothing_is_registered_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_away(world)
    assert world.kong.traffic.writes() == []


def test_nothing_is_taken_away_without_the_tenants_lock(world: StepWorld) -> None:
    registered(world, "Orders v1", "approved")
    world.locks.held.clear()

    with pytest.raises(LostLock):
        take_away(world, **ONLY_PAYMENTS)
    assert statuses(world) == ["approved"] and world.kong.traffic.writes() == []
