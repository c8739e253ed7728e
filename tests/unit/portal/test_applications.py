"""Applications as their developer sees them: what is sent, what is shown once, and what is not believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import CheckFailed, Passing, Stale, Unknown
from dcr.http.polling import Clock
from dcr.konnect.api_registrations import Status
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.model.tenant import ApplicationSpec
from dcr.portal.api_registrations import register
from dcr.portal.applications import (
    PortalApplication,
    RegenerationRefused,
    create_application,
    delete_application,
    find_application,
    find_applications,
    regenerate_secret,
    update_application,
)
from dcr.portal.client import LoginRefused, Portal
from dcr.secret import BasicCredentials, Secret
from dcr.steps.application.portal.fields import FIELDS, PortalApplicationSpec
from tests.in_process import problem

ID, OTHER, STRATEGY, TEAM = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(4))
PORTAL = "https://acme.edge.eu.portal.konghq.com"
HOSTS = ("acme.edge.eu.portal.konghq.com:443",)


def wanted(description: str = "Shop", team: str | None = None) -> PortalApplicationSpec:
    asked = ApplicationSpec(name="checkout", description=description, redirect_uri="https://shop.example/cb")
    return PortalApplicationSpec(asked, STRATEGY, team)


WANTED = FIELDS.create_body(wanted())
SHOWN = {"id": ID, "name": "checkout", "description": "Shop", "created_at": "2026-11-23T00:00:00Z", "updated_at": "2026-11-23T00:00:00Z"}
ONCE = {"client_id": "9b3a3d0e", "client_secret": "shown-once"}


@pytest.fixture
def portal_api() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=f"{PORTAL}/api/v3", assert_all_called=False) as router:
        router.post("/developer/authenticate").respond(204, headers={"set-cookie": "portalaccesstoken=one; Path=/; Secure"})
        yield router


@pytest.fixture
def portal() -> Portal:
    time = iter(range(0, 10_000, 3))
    consistency = EventualConsistency(Clock(lambda: float(next(time)), lambda _seconds: None))
    return Portal(httpx.Client(base_url=PORTAL), lambda: BasicCredentials("svc@acme.example", Secret("pw")), HOSTS, consistency)


def sent(route: respx.Route) -> Any:
    return json.loads(route.calls.last.request.content)


def test_an_application_is_created_as_a_person_would_and_its_secret_is_returned(portal_api: respx.MockRouter, portal: Portal) -> None:
    route = portal_api.post("/applications").respond(201, json=SHOWN | ONCE)
    application_id, credentials = create_application(portal, WANTED)

    expected = {"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/cb", "auth_strategy_id": STRATEGY}
    assert sent(route) == expected
    assert (application_id, credentials.client_id) == (ID, "9b3a3d0e")
    assert credentials.client_secret.matches("shown-once")
    assert "shown-once" not in repr(credentials)


def test_an_application_of_a_team_names_the_team_and_an_empty_description_is_left_out(portal_api: respx.MockRouter, portal: Portal) -> None:
    route = portal_api.post("/applications").respond(201, json=SHOWN | ONCE)
    create_application(portal, FIELDS.create_body(wanted("", TEAM)))

    assert sent(route)["team_id"] == TEAM
    assert "description" not in sent(route)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (SHOWN, "without client id and secret"),
        (SHOWN | {"client_id": "9b3a3d0e"}, "without client id and secret"),
        (SHOWN | ONCE | {"name": "somebody-elses"}, "somebody-elses"),
    ],
    ids=["no credentials", "no secret", "another application"],
)
def test_a_creation_that_brings_something_else_fails_with_words(
    portal_api: respx.MockRouter, portal: Portal, answer: dict[str, Any], words: str
) -> None:
    portal_api.post("/applications").respond(201, json=answer)

    with pytest.raises(CheckFailed, match=words):
        create_application(portal, WANTED)


def test_an_application_that_is_not_there_is_none(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.get(f"/applications/{ID}").mock(return_value=problem(404, "Not Found"))

    assert find_application(portal, ID) is None


def test_another_application_than_the_asked_one_is_not_believed(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.get(f"/applications/{ID}").respond(json=SHOWN | {"id": OTHER})

    with pytest.raises(CheckFailed, match=OTHER):
        find_application(portal, ID)


def test_applications_of_other_names_are_sorted_out_and_the_oldest_stands_first(portal_api: respx.MockRouter, portal: Portal) -> None:
    """A filter that the portal ignores must not bring another application into play."""
    data = [SHOWN | {"created_at": "2026-11-24T00:00:00Z"}, SHOWN | {"name": "other"}, SHOWN | {"id": OTHER}]
    portal_api.get("/applications").respond(json={"data": data, "meta": {"page": {"number": 1, "size": 10, "total": 3}}})

    assert [found.id for found in find_applications(portal, "checkout")] == [OTHER, ID]


def test_only_the_fields_that_differ_are_changed(portal_api: respx.MockRouter, portal: Portal) -> None:
    route = portal_api.patch(f"/applications/{ID}").respond(json=SHOWN)
    found = PortalApplication.model_validate(SHOWN)
    update_application(portal, ID, FIELDS.update_body(wanted(), {"redirect_uri", "team_id"}, found))

    assert sent(route) == {"redirect_uri": "https://shop.example/cb", "team_id": None}


def test_a_new_secret_is_returned(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.post(f"/applications/{ID}/regenerate-secret").respond(201, json=ONCE)

    assert regenerate_secret(portal, ID).client_secret.matches("shown-once")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(400, "Bad Request"), RegenerationRefused),
        (problem(403, "Forbidden"), RegenerationRefused),
        (problem(404, "Not Found"), RegenerationRefused),
        (problem(409, "Conflict", "several credentials"), RegenerationRefused),
        (problem(501, "Not Implemented"), RegenerationRefused),
        (httpx.Response(201, json={"client_id": "9b3a3d0e"}), RegenerationRefused),
        (problem(401, "Unauthorized"), LoginRefused),
        (problem(429, "Too Many Requests"), Passing),
        (problem(500, "Internal"), Unknown),
    ],
    ids=["400", "403", "404", "409", "501", "no secret in it", "401", "429", "500"],
)
def test_a_regeneration_is_refused_for_good_only_by_what_will_not_pass(
    portal_api: respx.MockRouter, portal: Portal, answer: httpx.Response, kind: type[Exception]
) -> None:
    """What passes or is unknown must not lead to deleting the application."""
    portal_api.post(f"/applications/{ID}/regenerate-secret").mock(return_value=answer)

    with pytest.raises(kind):
        regenerate_secret(portal, ID)


def test_a_deletion_is_proved(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.delete(f"/applications/{ID}").respond(204)
    proof = portal_api.get(f"/applications/{ID}").mock(return_value=problem(404, "Not Found"))
    portal.created(ID)
    delete_application(portal, ID)

    assert proof.call_count == 1, "for what was deleted, 404 is the right answer at once"


def test_what_is_gone_already_needs_no_deletion(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.delete(f"/applications/{ID}").mock(return_value=problem(404, "Not Found"))

    delete_application(portal, ID)


def test_a_deletion_that_did_not_happen_is_found_out(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.delete(f"/applications/{ID}").respond(204)
    portal_api.get(f"/applications/{ID}").respond(json=SHOWN)

    with pytest.raises(CheckFailed, match="still there"):
        delete_application(portal, ID)


def test_a_registration_is_asked_for_by_api_and_its_status_told(portal_api: respx.MockRouter, portal: Portal) -> None:
    route = portal_api.post(f"/applications/{ID}/registrations").respond(201, json={"id": OTHER, "status": "pending"})
    created = register(portal, ID, TEAM)

    assert sent(route) == {"api_id": TEAM}
    assert (created.id, created.status) == (OTHER, Status.PENDING)


def test_a_second_registration_for_an_api_is_looked_for(portal_api: respx.MockRouter, portal: Portal) -> None:
    portal_api.post(f"/applications/{ID}/registrations").mock(return_value=problem(409, "Conflict"))

    with pytest.raises(Stale):
        register(portal, ID, TEAM)
