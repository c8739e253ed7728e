"""Registrations: one an API, approved by whom the tenant says, and no person's refusal overruled."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, LostLock, Unknown
from dcr.konnect.registrations import ApiRegistration, Status
from dcr.model.tenant import RegistrationApproval
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application.api_registrations import diff_registration
from tests.unit.steps.contexts import Surroundings, a_tenant

AUTOMATIC, BY_THIS_RUN, BY_ADMIN = RegistrationApproval
ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("status", "approval", "after", "reason"),
    [
        (None, AUTOMATIC, "approved", "the publication approves"),
        (None, BY_THIS_RUN, "approved", "we approve"),
        (None, BY_ADMIN, "pending", "a person decides later"),
        ("pending", AUTOMATIC, None, "it was asked for before the publication approved by itself: a person's to decide"),
        ("pending", BY_THIS_RUN, "approved", "we approve"),
        ("pending", BY_ADMIN, None, "it waits"),
        *((status, approval, None, "decided") for status in ("approved", "revoked", "rejected") for approval in RegistrationApproval),
    ],
)
def test_the_difference_depends_on_who_may_approve(
    status: str | None, approval: RegistrationApproval, after: str | None, reason: str
) -> None:
    there = {"id": ID, "status": status, "api": {"id": ID}, "application": {"id": ID}}
    changes = diff_registration("konnect/r", ApiRegistration.model_validate(there) if status else None, approval)

    assert [change.after for change in changes] == ([after] if after else []), reason


@pytest.fixture
def around() -> Surroundings:
    there = Surroundings().with_portal()
    there.region.add(there.region.applications, name="checkout")
    for api in there.region.apis:
        there.region.publications[api["id"]] = {"auto_approve_registrations": False}
    return there


def facts_of(around: Surroundings) -> dict[str, str]:
    region = around.region
    return {
        "portal.id": region.portals[0]["id"],
        "portal.url": "https://acme.edge.eu.portal.konghq.com",
        "application.checkout.id": region.applications[0]["id"],
        "api.Orders v1.id": region.apis[0]["id"],
        "api.Payments.id": region.apis[1]["id"],
    }


def converge(around: Surroundings, *, write: bool = True, facts: dict[str, str] | None = None, **tenant: Any) -> Outcome:
    return registrations.converge(around.run(a_tenant(**tenant), write=write), facts_of(around) if facts is None else facts, "checkout")


def registered(around: Surroundings, api: int, status: str) -> dict[str, Any]:
    region = around.region
    return region.add(
        region.registrations, status=status, api={"id": region.apis[api]["id"]}, application={"id": region.applications[0]["id"]}
    )


def statuses(around: Surroundings) -> list[str]:
    return [one["status"] for one in around.region.registrations]


def test_the_publication_approves(around: Surroundings) -> None:
    for published in around.region.publications.values():
        published["auto_approve_registrations"] = True
    outcome = converge(around)

    assert statuses(around) == ["approved", "approved"]
    assert outcome.facts == {"application.checkout.registrations": "approved"}
    assert [claim.verdict for claim in outcome.claims] == [Verdict.OK, Verdict.OK]


def test_this_run_approves_if_the_tenant_says_so(around: Surroundings) -> None:
    outcome = converge(around, registration_approval="by this run")

    assert statuses(around) == ["approved", "approved"]
    assert outcome.facts == {"application.checkout.registrations": "approved"}


def test_what_a_portal_admin_has_to_approve_is_pending_not_failed(around: Surroundings) -> None:
    outcome = converge(around, registration_approval="by a portal admin")

    assert statuses(around) == ["pending", "pending"]
    assert outcome.facts == {"application.checkout.registrations": "pending"}
    assert [claim.verdict for claim in outcome.claims] == [Verdict.PENDING, Verdict.PENDING]


@pytest.mark.parametrize("status", [Status.REVOKED, Status.REJECTED])
@pytest.mark.parametrize("approval", list(RegistrationApproval))
def test_a_persons_refusal_is_told_and_never_overruled(around: Surroundings, status: Status, approval: RegistrationApproval) -> None:
    registered(around, 0, status)
    registered(around, 1, "approved")
    outcome = converge(around, registration_approval=approval.value)

    assert around.region.writes() == []
    assert outcome.facts == {"application.checkout.registrations": status.value}
    refused = [claim for claim in outcome.claims if claim.verdict is Verdict.FAILED]
    assert len(refused) == 1 and status.value in refused[0].detail


def test_only_what_is_missing_is_written(around: Surroundings) -> None:
    registered(around, 0, "approved")
    outcome = converge(around, registration_approval="by this run")

    assert [change.path.split("/")[-2] for change in outcome.changes] == ["Payments"]
    assert [method for method, _ in around.region.writes()] == ["POST", "PATCH"]


def test_an_application_that_names_its_apis_gets_no_others(around: Surroundings) -> None:
    application = {"name": "checkout", "redirect_uri": "https://shop.example/cb", "apis": ["Payments"]}
    converge(around, applications=[application])

    assert [one["api"]["id"] for one in around.region.registrations] == [around.region.apis[1]["id"]]


def test_a_registration_of_another_application_is_not_believed(around: Surroundings) -> None:
    theirs = registered(around, 0, "approved")
    theirs["application"] = {"id": around.region.new_id()}
    page = {"data": [theirs], "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    around.region.once("GET", ".*/registrations", lambda _: httpx.Response(200, json=page))

    assert len(converge(around, write=False).changes) == 2


def test_a_second_run_writes_nothing_and_still_says_what_is_so(around: Surroundings) -> None:
    converge(around, registration_approval="by this run")
    around.region.sent.clear()
    outcome = converge(around, write=False, registration_approval="by this run")

    assert around.region.writes() == [] and len(around.region.sent) == 1
    assert [claim.verdict for claim in outcome.claims] == [Verdict.OK, Verdict.OK]


def test_a_look_without_the_application_plans_and_claims_nothing(around: Surroundings) -> None:
    outcome = converge(around, write=False, facts={})

    assert len(outcome.changes) == 2 and outcome.claims == () and outcome.facts == {}
    assert around.region.sent == []


def test_a_lost_answer_is_found_on_the_next_attempt(around: Surroundings) -> None:
    def lose(carry_out: Any) -> httpx.Response:
        carry_out()
        raise httpx.ReadTimeout("lost")

    around.region.once("POST", ".*/registrations", lose)
    with pytest.raises(Unknown):
        converge(around, registration_approval="by this run")
    converge(around, registration_approval="by this run")

    assert statuses(around) == ["approved", "approved"]


def test_nothing_is_registered_without_the_tenants_lock(around: Surroundings) -> None:
    around.locks.held.clear()

    with pytest.raises(LostLock):
        converge(around)
    assert around.region.registrations == []


def test_a_konnect_that_accepts_and_lists_nothing_is_found_out(around: Surroundings) -> None:
    def forgetful(carry_out: Any) -> httpx.Response:
        answer: httpx.Response = carry_out()
        around.region.registrations.clear()
        return answer

    around.region.once("POST", ".*/registrations", forgetful)
    with pytest.raises(CheckFailed, match="does not list it"):
        converge(around)
