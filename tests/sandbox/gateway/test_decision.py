"""The gateway's decision table, message by message. Source: docs/vendors/konnect.md, Decision order."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sandbox.konnect.state import Application, Implementation
from tests.sandbox.gateway.answers import judged, pair
from tests.sandbox.konnect.region import Region

NO_IDP_CALL: list[str] = []


def test_a_registered_application_gets_through_and_the_upstream_learns_who_it_is(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    answer = region.call(application, path="/orders/7?x=1")
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["authorization_scheme"]) == ("GET", "/7", "Bearer")
    assert {name: value for name, value in seen["headers"].items() if name.startswith("x-application")} == {
        "x-application-id": application["id"],
        "x-application-developer-id": region.developer_id,
        "x-application-portal-id": region.portal_id,
        "x-application-org-id": region.org.id,
    }
    assert application["client_secret"] not in answer.text
    assert "authorization" not in seen["headers"]
    assert "POST /token" in region.idp.asked


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic", "Basic !", "Basic {raw}", "Bearer {raw}", "Basic {no colon}", "Digest {good}", "Basic {empty id}", "Bearer x.y.z"],
)
def test_credentials_that_name_no_application_are_refused_without_asking_anybody(
    authorization: str | None, admitted: tuple[Region, Any]
) -> None:
    region, application = admitted
    client_id, secret = pair(application)
    values = {
        "raw": f"{client_id}:{secret}",
        "no colon": base64.b64encode(client_id.encode()).decode(),
        "good": base64.b64encode(f"{client_id}:{secret}".encode()).decode(),
        "empty id": base64.b64encode(f":{secret}".encode()).decode(),
    }
    for name, value in values.items():
        authorization = authorization and authorization.replace(f"{{{name}}}", value)
    answer = region.gate.get("/orders", headers={} if authorization is None else {"Authorization": authorization})
    assert judged(answer) == (401, "Unauthorized")
    assert region.idp.asked == NO_IDP_CALL


def test_an_unknown_client_id_is_refused_without_asking_anybody(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    answer = region.gate.get("/orders", auth=("unknown", application["client_secret"]))
    assert judged(answer) == (401, "Unauthorized")
    assert region.idp.asked == NO_IDP_CALL


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_secret_is_refused_by_the_identity_provider(secret: str, admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    assert judged(region.gate.get("/orders", auth=pair(application, secret))) == (401, "Unauthorized")
    assert region.idp.asked[-1] == "POST /token"


@pytest.mark.parametrize("status", ["pending", "revoked", "rejected", None])
def test_good_credentials_without_an_approved_registration_are_told_so(status: str | None, region: Region) -> None:
    application = region.application(region.bound())
    if status:
        registration = region.register(application)
        path = f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations/{registration['id']}"
        region.done("PATCH", path, {"status": status})
    region.idp.asked.clear()
    assert judged(region.call(application)) == (403, "You cannot consume this service")
    assert "POST /token" in region.idp.asked, "the identity provider is asked first"


def test_a_deleted_registration_shuts_the_door(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    (registration,) = region.at_portal("GET", f"/applications/{application['id']}/registrations")["data"]
    region.at_portal("DELETE", f"/applications/{application['id']}/registrations/{registration['id']}")
    assert region.call(application).status_code == 403


def test_a_registration_for_one_api_does_not_open_another(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.publish(application["auth_strategy"]["id"], api="Payments")
    assert judged(region.call(application, path="/payments")) == (403, "You cannot consume this service")


def test_an_application_of_another_strategy_is_a_stranger(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    other = region.strategy(region.provider("other")["id"], "other")
    region.publish(other["id"])
    assert judged(region.call(application)) == (401, "Unauthorized")


@pytest.mark.parametrize(("reading", "scheme"), [("bearer", "Bearer"), ("basic", "Basic"), ("none", "")])
def test_the_challenge_is_as_the_reading_says(reading: str, scheme: str, admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    region.readings.set("gateway.www-authenticate", reading)
    assert region.gate.get("/orders").headers.get("www-authenticate", "").partition(" ")[0] == scheme


@pytest.mark.parametrize("how", ["no publication", "no strategy", "no link", "not installed"])
def test_without_the_plugin_everyone_gets_in(how: str, admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    match how:
        case "no publication":
            region.done("DELETE", f"/v3/apis/{region.orders}/publications/{region.portal_id}")
        case "no strategy":
            region.publish(None)
        case "no link":
            link = next(one for one in region.org.all(Implementation) if one.api_id == region.orders)
            region.done("DELETE", f"/v3/apis/{region.orders}/implementations/{link.id}")
        case _:
            region.service.set_knobs({"sync_error": True})
    answer = region.gate.get("/orders")
    assert (answer.status_code, answer.json()["authorization_scheme"]) == (200, "")


def test_news_reach_the_gateway_late_if_the_reading_says_so(region: Region) -> None:
    region.readings.set("konnect.enforcement-latency", "late")
    application = region.application(region.bound())
    registration = region.register(application)
    assert [region.call(application).status_code for _ in range(5)] == [401, 401, 403, 403, 200]
    path = f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations/{registration['id']}"
    region.done("PATCH", path, {"status": "revoked"})
    assert [region.call(application).status_code for _ in range(3)] == [200, 200, 403]


def test_the_delay_is_counted_in_requests_that_a_knob_sets(region: Region) -> None:
    region.service.set_knobs({"enforcement_delay_requests": 3})
    application = region.application(region.bound())
    region.register(application)
    assert [region.call(application).status_code for _ in range(7)] == [401] * 3 + [403] * 3 + [200]


@pytest.mark.parametrize(
    ("knob", "stranger", "wrong_secret", "unregistered"),
    [
        ("open", 200, 200, 200),
        ("ignores_identity_provider", 401, 403, 403),
        ("ignores_registrations", 401, 401, 200),
        ("accepts_any_id", 200, 200, 200),
    ],
)
def test_a_broken_gateway_lets_in_whom_its_knob_says(
    knob: str, stranger: int, wrong_secret: int, unregistered: int, region: Region
) -> None:
    application = region.application(region.bound())
    region.gateway.set_knobs({knob: True})
    found = [region.gate.get("/orders", auth=one).status_code for one in (("unknown", "x"), pair(application, "wrong"), pair(application))]
    assert found == [stranger, wrong_secret, unregistered]
    region.gateway.reset()
    assert region.gate.get("/orders", auth=("unknown", "x")).status_code == 401


def test_an_imported_client_gets_through_with_the_secret_it_had(region: Region) -> None:
    region.idp.secrets["mine"] = "its secret"
    owner = {"type": "team", "id": region.team_id}
    body = {"name": "x", "owner": owner, "auth_strategy_id": region.bound(), "dcr_client_id": "mine"}
    application = region.done("POST", f"/v3/portals/{region.portal_id}/applications", body)
    region.done("POST", f"/v3/portals/{region.portal_id}/applications/{application['id']}/registrations", {"api_id": region.orders})
    assert region.gate.get("/orders", auth=("mine", "its secret")).status_code == 200


def test_discovery_is_kept_and_forgotten_at_a_reset(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    for _ in range(3):
        region.call(application)
    assert region.idp.asked.count("GET /oauth/.well-known/openid-configuration") == 1
    region.gateway.reset()
    region.call(application)
    assert region.idp.asked.count("GET /oauth/.well-known/openid-configuration") == 2


def test_the_gateway_goes_by_the_applications_of_now(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    assert region.call(application).status_code == 200
    region.org.drop(region.org.get(Application, application["id"]))
    assert region.call(application).status_code == 401
