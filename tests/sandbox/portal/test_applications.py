"""My Apps: a secret that is shown once, and what becomes of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.konnect.state import Developer
from tests.sandbox.konnect.region import Region


def test_a_secret_is_shown_once(region: Region) -> None:
    application = region.application(region.bound(), description="d", redirect_uri="https://app.example/cb")
    secret = application.pop("client_secret")
    assert region.idp.secrets[application["client_id"]] == secret
    assert region.at_portal("GET", f"/applications/{application['id']}") == application
    paths = ["", f"/{application['id']}", f"/{application['id']}/credentials"]
    assert not any(secret in region.portal.get(f"/api/v3/applications{path}").text for path in paths)


def test_two_applications_may_have_one_name_and_are_two_clients(region: Region) -> None:
    strategy_id = region.bound()
    made = [region.application(strategy_id) for _ in range(2)]
    assert len({one["client_id"] for one in made}) == 2
    found = region.at_portal("GET", "/applications?filter[name]=client")["data"]
    assert {one["id"] for one in found} == {one["id"] for one in made}


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"auth_strategy_id": str(uuid.uuid4())}, "auth_strategy_id", "missing_reference"),
        ({"auth_strategy_id": None}, "auth_strategy_id", "missing_reference"),
        ({"redirect_uri": "no uri"}, "redirect_uri", "invalid"),
        ({"redirect_uri": None}, "redirect_uri", "type"),
        ({"client_id": "own"}, "client_id", "invalid"),
        ({"dcr_client_id": "own"}, "dcr_client_id", "unknown_property"),
        ({"labels": {}}, "labels", "unknown_property"),
        ({"team_id": str(uuid.uuid4())}, "team_id", "missing_reference"),
        ({"description": "x" * 256}, "description", "max_length"),
    ],
)
def test_a_wrong_application_is_refused_and_no_client_made(change: dict[str, Any], field: str, rule: str, region: Region) -> None:
    body = {"name": "client", "auth_strategy_id": region.bound(), **change}
    region.log_in()
    assert region.refused(region.portal.post("/api/v3/applications", json=body)) == (400, [(field, rule)])
    assert region.idp.clients == set()


def test_an_identity_provider_that_is_down_leaves_no_application(region: Region) -> None:
    strategy_id = region.bound()
    region.log_in()
    region.idp.down = True
    answer = region.portal.post("/api/v3/applications", json={"name": "client", "auth_strategy_id": strategy_id})
    assert (answer.status_code, "503" in answer.json()["detail"]) == (400, True)
    assert region.at_portal("GET", "/applications")["data"] == []


def test_an_application_belongs_to_a_team_if_asked(region: Region) -> None:
    application = region.application(region.bound(), team_id=region.team_id, scopes=["a"])
    assert (application["team_id"], application["scopes"]) == (region.team_id, ["a"])
    assert region.at_portal("GET", f"/applications?filter[team_id]={region.team_id}")["data"][0]["id"] == application["id"]
    without = region.at_portal("PATCH", f"/applications/{application['id']}", {"team_id": None})
    assert "team_id" not in without


def test_names_and_redirects_change_and_the_strategy_does_not(region: Region) -> None:
    application = region.application(region.bound(), redirect_uri="https://app.example/cb")
    path = f"/applications/{application['id']}"
    changed = region.at_portal("PATCH", path, {"name": "anew", "redirect_uri": None})
    assert (changed["name"], changed["redirect_uri"]) == ("anew", None)
    answer = region.portal.patch(f"/api/v3{path}", json={"auth_strategy_id": str(uuid.uuid4())})
    assert region.refused(answer) == (400, [("auth_strategy_id", "unknown_property")])
    assert region.refused(region.portal.patch(f"/api/v3{path}", json={"client_id": "x"})) == (400, [("client_id", "invalid")])


def test_a_new_secret_kills_the_old_one(region: Region) -> None:
    application = region.application(region.bound())
    for _ in range(2):
        anew = region.at_portal("POST", f"/applications/{application['id']}/regenerate-secret")
        assert anew["client_id"] == application["client_id"]
        assert anew["client_secret"] == region.idp.secrets[application["client_id"]] != application["client_secret"]


def test_a_new_secret_may_come_with_a_new_client(region: Region) -> None:
    region.readings.set("portal.regenerate-client", "another")
    application = region.application(region.bound())
    anew = region.at_portal("POST", f"/applications/{application['id']}/regenerate-secret")
    assert region.idp.clients == {anew["client_id"]} != {application["client_id"]}
    assert region.at_portal("GET", f"/applications/{application['id']}")["client_id"] == anew["client_id"]


@pytest.mark.parametrize("status", [403, 409])
def test_a_new_secret_may_be_refused(status: int, region: Region) -> None:
    region.readings.set("portal.regenerate-secret", str(status))
    application = region.application(region.bound())
    answer = region.portal.post(f"/api/v3/applications/{application['id']}/regenerate-secret")
    assert answer.status_code == status
    assert region.idp.secrets[application["client_id"]] == application["client_secret"]


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("another", 201)])
def test_an_imported_clients_secret_is_beyond_konnect(reading: str, status: int, region: Region) -> None:
    region.readings.set("portal.regenerate-imported", reading)
    region.idp.secrets["mine"] = "secret"
    owner = {"type": "developer", "id": region.developer_id}
    body = {"name": "x", "owner": owner, "auth_strategy_id": region.bound(), "dcr_client_id": "mine"}
    application = region.done("POST", f"/v3/portals/{region.portal_id}/applications", body)
    region.log_in()
    answer = region.portal.post(f"/api/v3/applications/{application['id']}/regenerate-secret")
    assert answer.status_code == status
    assert region.idp.secrets["mine"] == "secret"
    assert len(region.idp.clients) == (2 if status == 201 else 1)


@pytest.mark.parametrize(("reading", "status", "clients", "left"), [("deletes", 204, 0, 0), ("leaves", 204, 1, 0), ("refuses", 400, 1, 1)])
def test_what_becomes_of_a_deleted_application_and_its_client(reading: str, status: int, clients: int, left: int, region: Region) -> None:
    region.readings.set("konnect.delete-at-identity-provider", reading)
    application = region.application(region.bound())
    region.register(application)
    assert region.portal.delete(f"/api/v3/applications/{application['id']}").status_code == status
    assert len(region.idp.clients) == clients
    assert len(region.at_portal("GET", "/applications")["data"]) == left
    assert len(region.done("GET", f"/v3/portals/{region.portal_id}/application-registrations")["data"]) == left


def test_a_registration_is_pending_until_somebody_approves(region: Region) -> None:
    application = region.application(region.bound(auto_approve=False))
    registration = region.register(application)
    assert (registration["status"], registration["api_name"], registration["api_slug"]) == ("pending", "Orders", "orders-v1")
    path = f"/applications/{application['id']}/registrations"
    admin = f"/v3/portals/{region.portal_id}{path}/{registration['id']}"
    region.done("PATCH", admin, {"status": "approved"})
    assert [row["id"] for row in region.at_portal("GET", f"{path}?filter[status]=approved")["data"]] == [registration["id"]]
    assert region.at_portal("GET", f"{path}/{registration['id']}")["status"] == "approved"
    assert region.portal.post(f"/api/v3{path}", json={"api_id": region.orders}).status_code == 409
    region.at_portal("DELETE", f"{path}/{registration['id']}")
    assert region.at_portal("GET", path)["data"] == []


def test_others_applications_are_not_there(region: Region) -> None:
    application = region.application(region.bound())
    other = {"email": "other@acme.example", "full_name": "Other", "status": "approved"}
    made = region.done("POST", f"/v3/portals/{region.portal_id}/developers", other)
    region.org.get(Developer, made["id"]).password = "other"
    region.log_in("other@acme.example", "other")
    path = f"/api/v3/applications/{application['id']}"
    asked = [("GET", path), ("DELETE", path), ("POST", f"{path}/regenerate-secret"), ("GET", f"{path}/credentials")]
    assert [region.portal.request(*one).status_code for one in asked] == [404] * 4
    assert region.at_portal("GET", "/applications")["data"] == []


def test_curity_keeps_one_secret_a_client(region: Region) -> None:
    application = region.application(region.bound())
    path = f"/api/v3/applications/{application['id']}/credentials"
    (row,) = region.portal.get(path).json()["data"]
    assert row["client_id"] == application["client_id"]
    assert region.portal.post(path, json={}).status_code == 403
    assert region.portal.put(f"{path}/{row['id']}", json={"display_name": "x"}).status_code == 200
    assert region.portal.delete(f"{path}/{row['id']}").status_code == 409
    assert region.portal.delete(f"{path}/other").status_code == 404


def test_scopes_are_not_told_by_curity(region: Region) -> None:
    application = region.application(region.bound())
    assert region.portal.get(f"/api/v3/applications/{application['id']}/granted-scopes").status_code == 422


def test_another_tenants_application_is_shown_if_the_knob_says_so(region: Region) -> None:
    application = region.application(region.bound())
    region.service.set_knobs({"returns_anothers": True})
    assert region.at_portal("GET", f"/applications/{application['id']}")["id"] != application["id"]
