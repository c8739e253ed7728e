"""Developers, teams, applications and registrations, as an admin sees them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.konnect.state import Developer, Mail
from tests.sandbox.konnect.region import Region


def admin_body(region: Region, strategy_id: str | None, **more: Any) -> dict[str, Any]:
    body = {"name": "client", "owner": {"type": "developer", "id": region.developer_id}, **more}
    return body | ({"auth_strategy_id": strategy_id} if strategy_id else {})


def made(region: Region, strategy_id: str | None = None, **more: Any) -> Any:
    body = admin_body(region, strategy_id or region.bound(), **more)
    return region.done("POST", f"/v3/portals/{region.portal_id}/applications", body)


def test_an_existing_client_is_imported_without_asking_the_identity_provider(region: Region) -> None:
    application = made(region, dcr_client_id="mine", labels={"a": "b"}, description="d")
    assert (application["client_id"], application["dcr_provider"] is None, application["description"]) == ("mine", False, "d")
    assert application["auth_strategy"]["credential_type"] == "client_credentials"
    assert region.idp.asked == []
    found = region.done("GET", f"/v3/portals/{region.portal_id}/applications?filter[developer_id]={region.developer_id}")["data"]
    assert [row["id"] for row in found] == [application["id"]]
    assert region.done("GET", f"/v3/applications/{application['id']}") == application


@pytest.mark.parametrize("reading", ["withheld", "shown"])
def test_a_client_that_an_admin_lets_register_has_a_secret_that_nobody_sees(reading: str, region: Region) -> None:
    region.readings.set("konnect.admin-create-secret", reading)
    application = made(region)
    secret = region.idp.secrets[application["client_id"]]
    assert (application.get("client_secret") == secret) is (reading == "shown")
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}"
    assert secret not in "".join(region.ask("GET", path + more).text for more in ("", "/credentials"))


@pytest.mark.parametrize(("reading", "status"), [("400", 400), ("409", 409), ("502", 502)])
def test_an_identity_provider_that_refuses_fails_the_creation(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.application-idp-failure", reading)
    strategy_id = region.bound()
    region.idp.down = True
    path = f"/v3/portals/{region.portal_id}/applications"
    assert region.ask("POST", path, admin_body(region, strategy_id)).status_code == status
    assert region.done("GET", path)["data"] == []


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"auth_strategy_id": str(uuid.uuid4())}, "auth_strategy_id", "missing_reference"),
        ({"client_id": "x"}, "client_id", "invalid"),
        ({"owner": {"type": "developer", "id": str(uuid.uuid4())}}, "owner.id", "missing_reference"),
        ({"owner": {"type": "robot", "id": str(uuid.uuid4())}}, "owner.type", "enum"),
        ({"redirect_uri": "https://x.example"}, "redirect_uri", "unknown_property"),
        ({"name": "x" * 256}, "name", "max_length"),
    ],
)
def test_a_wrong_application_is_refused(change: dict[str, Any], field: str, rule: str, region: Region) -> None:
    body = {**admin_body(region, region.bound()), **change}
    assert region.refused(region.ask("POST", f"/v3/portals/{region.portal_id}/applications", body)) == (400, [(field, rule)])


def test_the_owner_must_be_of_the_same_portal(region: Region) -> None:
    other = next(one.id for one in region.org.all(Developer) if one.portal_id != region.portal_id)
    body = {**admin_body(region, region.bound()), "owner": {"type": "developer", "id": other}}
    assert region.ask("POST", f"/v3/portals/{region.portal_id}/applications", body).status_code == 400


def test_the_portals_default_strategy_is_taken_where_none_is_named(region: Region) -> None:
    strategy_id = region.bound()
    path = f"/v3/portals/{region.portal_id}"
    assert region.ask("POST", f"{path}/applications", admin_body(region, None)).status_code == 400
    region.done("PATCH", path, {"default_application_auth_strategy_id": strategy_id})
    application = region.done("POST", f"{path}/applications", admin_body(region, None))
    assert application["auth_strategy"]["id"] == strategy_id


def test_without_a_provider_the_client_id_is_given(region: Region) -> None:
    strategy_id = region.strategy(None)["id"]
    path = f"/v3/portals/{region.portal_id}/applications"
    assert region.refused(region.ask("POST", path, admin_body(region, strategy_id))) == (400, [("client_id", "required")])
    application = region.done("POST", path, admin_body(region, strategy_id, client_id="own"))
    assert (application["client_id"], application["dcr_provider"]) == ("own", None)
    assert application["auth_strategy"]["credential_type"] == "self_managed_client_credentials"


def test_an_application_changes_hands_to_a_team(region: Region) -> None:
    application = made(region, dcr_client_id="mine")
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}"
    changed = region.done("PATCH", path, {"owner": {"type": "team", "id": region.team_id}})
    assert changed["owner"] == {"type": "team", "id": region.team_id}
    assert region.done("GET", f"/v3/portals/{region.portal_id}/applications?filter[team_id]={region.team_id}")["data"] == [changed]
    assert [row["id"] for row in region.done("GET", f"{path}/developers")["data"]] == [region.developer_id]
    assert region.refused(region.ask("PATCH", path, {"name": "other"})) == (400, [("name", "unknown_property")])


def test_deleting_an_application_deletes_the_client_that_konnect_made(region: Region) -> None:
    application = made(region)
    assert region.idp.clients == {application["client_id"]}
    assert region.ask("DELETE", f"/v3/portals/{region.portal_id}/applications/{application['id']}").status_code == 204
    assert region.idp.clients == set()


@pytest.mark.parametrize(("reading", "status"), [("leaves", 204), ("refused", 400)])
def test_an_imported_client_stays_whatever_becomes_of_its_application(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.imported-client-deletion", reading)
    region.idp.secrets["mine"] = "secret"
    application = made(region, dcr_client_id="mine")
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}"
    assert region.ask("DELETE", path).status_code == status
    assert region.ask("GET", path).status_code == (404 if status == 204 else 200)
    assert region.idp.clients == {"mine"}


def test_another_portals_application_is_not_found_here(region: Region) -> None:
    listed = region.done("GET", "/v3/portals?filter[name]=partner-portal")["data"]
    theirs = region.done("GET", f"/v3/portals/{listed[0]['id']}/applications")["data"][0]
    assert region.ask("GET", f"/v3/portals/{region.portal_id}/applications/{theirs['id']}").status_code == 404


def test_another_tenants_application_is_shown_if_the_knob_says_so(region: Region) -> None:
    application = made(region)
    region.service.set_knobs({"returns_anothers": True})
    shown = region.done("GET", f"/v3/portals/{region.portal_id}/applications/{application['id']}")
    assert shown["id"] != application["id"]


@pytest.mark.parametrize(
    ("publication", "portal", "asked", "status"),
    [
        (False, False, None, "pending"),
        (True, False, None, "approved"),
        (False, True, None, "approved"),
        (False, False, "approved", "approved"),
        (True, True, "pending", "pending"),
    ],
)
def test_who_approves_a_registration(publication: bool, portal: bool, asked: str | None, status: str, region: Region) -> None:
    application = made(region, region.bound(auto_approve=publication))
    region.done("PATCH", f"/v3/portals/{region.portal_id}", {"auto_approve_applications": portal})
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations"
    registration = region.done("POST", path, {"api_id": region.orders, **({"status": asked} if asked else {})})
    assert registration["status"] == status
    assert (registration["api"]["name"], registration["application"]["id"]) == ("Orders", application["id"])
    assert region.done("GET", f"/v3/portals/{region.portal_id}/applications/{application['id']}")["registration_count"] == 1


def test_a_registration_is_made_once_and_only_for_what_is_published(region: Region) -> None:
    application = made(region)
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations"
    region.done("POST", path, {"api_id": region.orders})
    again = region.ask("POST", path, {"api_id": region.orders})
    assert (again.status_code, again.json()["detail"]) == (409, "API is already registered to the application")
    payments = region.done("GET", "/v3/apis?filter[name]=Payments")["data"][0]["id"]
    assert region.ask("POST", path, {"api_id": payments}).status_code == 404


def test_a_registration_is_found_changed_and_deleted(region: Region) -> None:
    application = made(region, region.bound(auto_approve=False))
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations"
    registration = region.done("POST", path, {"api_id": region.orders})
    pending = region.done("GET", f"/v3/portals/{region.portal_id}/application-registrations?filter[status][eq]=pending")["data"]
    assert pending == [registration]
    query = f"filter[application_owner_id]={region.developer_id}&filter[portal_name]=acme-portal"
    (of_api,) = region.done("GET", f"/v3/apis/{region.orders}/registrations?{query}")["data"]
    assert of_api["application"]["owner"] == {"type": "developer", "id": region.developer_id}
    assert region.done("PATCH", f"{path}/{registration['id']}", {"status": "approved"})["status"] == "approved"
    assert region.done("GET", f"{path}?filter[status]=pending")["data"] == []
    assert region.ask("DELETE", f"{path}/{registration['id']}").status_code == 204
    assert region.ask("GET", f"{path}/{registration['id']}").status_code == 404


def test_a_developer_is_made_without_a_password_and_invited_by_mail(region: Region) -> None:
    path = f"/v3/portals/{region.portal_id}/developers"
    body = {"email": "new@acme.example", "full_name": "New"}
    developer = region.done("POST", path, {**body, "send_invitation_email": True})
    assert developer["status"] == "pending"
    assert [mail.email for mail in region.org.all(Mail)] == ["new@acme.example"]
    again = region.ask("POST", path, body)
    assert (again.status_code, again.json()["detail"]) == (409, "Developer with the given email already exists")
    assert region.refused(region.ask("POST", path, {**body, "password": "x"})) == (400, [("password", "unknown_property")])
    assert region.done("PATCH", f"{path}/{developer['id']}", {"status": "approved"})["status"] == "approved"
    assert region.log_in("new@acme.example", "").status_code == 401


def test_a_developer_takes_applications_along(region: Region) -> None:
    application = made(region)
    assert region.ask("DELETE", f"/v3/portals/{region.portal_id}/developers/{region.developer_id}").status_code == 204
    assert region.ask("GET", f"/v3/applications/{application['id']}").status_code == 404
    assert region.idp.clients == set()
    assert region.done("GET", f"/v3/portals/{region.portal_id}/teams/{region.team_id}/developers")["data"] == []


def test_teams_are_listed_with_their_developers(region: Region) -> None:
    path = f"/v3/portals/{region.portal_id}"
    (team,) = region.done("GET", f"{path}/teams?filter[name][contains]=integrators")["data"]
    assert region.done("GET", f"{path}/teams/{team['id']}") == team
    assert [row["id"] for row in region.done("GET", f"{path}/teams/{team['id']}/developers")["data"]] == [region.developer_id]
    assert region.done("GET", f"{path}/developers/{region.developer_id}/teams")["data"] == [team]
    (developer,) = region.done("GET", f"{path}/developers?filter[email]=service-developer@acme.example")["data"]
    assert region.done("GET", f"{path}/developers/{developer['id']}") == developer
