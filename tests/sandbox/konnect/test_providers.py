"""DCR providers: what they take, what they give back, what they do at the identity provider."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.konnect.identity_provider import INITIAL
from tests.sandbox.konnect.region import Region

CONFIGS: dict[str, dict[str, Any]] = {
    "auth0": {"initial_client_id": "id", "initial_client_secret": "secret", "initial_client_audience": None},
    "azureAd": {"initial_client_id": "id", "initial_client_secret": "secret"},
    "curity": {"initial_client_id": "id", "initial_client_secret": "secret"},
    "okta": {"dcr_token": "secret"},
    "http": {"dcr_base_url": "https://bridge.example", "api_key": "secret_secret"},
    "kongIdentity": {},
}


def body(provider_type: str = "curity", **more: Any) -> dict[str, Any]:
    return {
        "name": provider_type,
        "provider_type": provider_type,
        "issuer": "https://idp.example",
        "dcr_config": CONFIGS[provider_type],
        **more,
    }


@pytest.mark.parametrize("provider_type", CONFIGS)
def test_each_type_is_taken_with_its_own_configuration_and_gives_no_secret_back(provider_type: str, region: Region) -> None:
    created = region.ask("POST", "/v2/dcr-providers", body(provider_type))
    assert created.status_code == 201
    path = f"/v2/dcr-providers/{created.json()['id']}"
    answers = [
        created,
        region.ask("GET", path),
        region.ask("GET", "/v2/dcr-providers"),
        region.ask("PATCH", path, {"display_name": "Mine"}),
    ]
    assert not any("secret" in answer.text for answer in answers)


def test_a_secret_is_replaced_without_naming_the_rest(region: Region) -> None:
    path = f"/v2/dcr-providers/{region.provider()['id']}"
    region.idp.secrets[INITIAL[0]] = "another"
    assert region.done("POST", f"{path}/verify")["status"] == "failed"
    changed = region.done("PATCH", path, {"dcr_config": {"initial_client_secret": "another"}})
    assert changed["dcr_config"] == {"initial_client_id": INITIAL[0]}
    assert region.done("POST", f"{path}/verify") == {"status": "success", "errors": []}


def test_the_type_cannot_change(region: Region) -> None:
    path = f"/v2/dcr-providers/{region.provider()['id']}"
    assert region.refused(region.ask("PATCH", path, {"provider_type": "okta"})) == (400, [("provider_type", "unknown_property")])
    assert region.refused(region.ask("PATCH", path, {"dcr_config": {"dcr_token": "x"}})) == (
        400,
        [("dcr_config.dcr_token", "unknown_property")],
    )


@pytest.mark.parametrize(("reading", "status"), [("409", 409), ("400", 400), ("allowed", 201)])
def test_a_name_that_is_taken_is_answered_as_the_reading_says(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.duplicate-provider-name", reading)
    region.provider()
    answer = region.ask("POST", "/v2/dcr-providers", body(name="curity"))
    assert answer.status_code == status
    names = [row["name"] for row in region.done("GET", "/v2/dcr-providers?filter[name]=curity")["data"]]
    assert len(names) == (2 if status == 201 else 1)


@pytest.mark.parametrize(("reading", "status"), [("409", 409), ("204", 204)])
def test_a_provider_in_use_is_deleted_as_the_reading_says(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.delete-provider-in-use", reading)
    provider = region.provider()
    strategy = region.strategy(provider["id"])
    assert region.ask("DELETE", f"/v2/dcr-providers/{provider['id']}").status_code == status
    left = region.done("GET", f"/v2/application-auth-strategies/{strategy['id']}")["dcr_provider"]
    assert (left is None) is (status == 204)


def test_a_provider_is_active_while_a_publication_uses_it(region: Region) -> None:
    provider = region.provider()
    path = f"/v2/dcr-providers/{provider['id']}"
    strategy = region.strategy(provider["id"])
    assert not region.done("GET", path)["active"]
    region.publish(strategy["id"])
    assert region.done("GET", path)["active"]
    assert region.done("GET", f"/v2/application-auth-strategies/{strategy['id']}")["active"]


@pytest.mark.parametrize(("reading", "left"), [("leaves", 1), ("removes", 0)])
def test_verifying_registers_a_client_that_stays_or_goes(reading: str, left: int, region: Region) -> None:
    region.readings.set("konnect.verify-cleans-up", reading)
    region.done("POST", f"/v2/dcr-providers/{region.provider()['id']}/verify")
    assert len(region.idp.registrations) == 1
    assert len(region.idp.clients) == left


@pytest.mark.parametrize(("reading", "status"), [("failed-in-200", 200), ("400", 400)])
def test_a_verification_fails_with_words(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.verify-failure", reading)
    region.idp.down = True
    answer = region.ask("POST", f"/v2/dcr-providers/{region.provider()['id']}/verify")
    assert (answer.status_code, "Unable to create the DCR application" in answer.text) == (status, True)


@pytest.mark.parametrize(("reading", "kept"), [("kept", "https://idp.example/"), ("trimmed", "https://idp.example")])
def test_a_trailing_slash_of_the_issuer_stays_or_goes(reading: str, kept: str, region: Region) -> None:
    region.readings.set("konnect.issuer-slash", reading)
    assert region.done("POST", "/v2/dcr-providers", body(issuer="https://idp.example/"))["issuer"] == kept


@pytest.mark.parametrize(("reading", "order"), [("sent", ["z", "a"]), ("sorted", ["a", "z"])])
def test_labels_merge_and_null_removes_one(reading: str, order: list[str], region: Region) -> None:
    region.readings.set("konnect.label-order", reading)
    made = region.provider(labels={"z": "1", "gone": "1", "a": "1"})
    path = f"/v2/dcr-providers/{made['id']}"
    changed = region.done("PATCH", path, {"labels": {"gone": None, "a": "2"}})
    assert (list(changed["labels"]), changed["labels"]["a"]) == (order, "2")
    assert region.done("PATCH", path, {"name": "other"})["labels"] == changed["labels"]
    assert region.done("PATCH", path, {"labels": None})["labels"] == {}


def test_labels_are_forgotten_if_the_knob_says_so(region: Region) -> None:
    region.service.set_knobs({"forgets_labels": True})
    assert region.provider(labels={"a": "1"})["labels"] == {}


@pytest.mark.parametrize(
    ("reading", "asked"), [("client-credentials", ["client_credentials"]), ("auth-methods", ["client_credentials", "bearer"])]
)
def test_the_registration_asks_for_the_grant_types_of_the_reading(reading: str, asked: list[str], region: Region) -> None:
    region.readings.set("konnect.registration-grant-types", reading)
    region.application(region.bound(), redirect_uri="https://app.example/cb")
    (sent,) = region.idp.registrations
    assert sent["grant_types"] == asked
    assert (sent["client_name"], sent["redirect_uris"]) == ("client", ["https://app.example/cb"])
    assert "scope" not in sent


def test_scopes_are_sent_with_a_registration_if_the_reading_says_so(region: Region) -> None:
    region.readings.set("konnect.registration-scope", "strategy-scopes")
    region.application(region.bound(scopes=["a", "b"]))
    assert region.idp.registrations[0]["scope"] == "a b"


@pytest.mark.parametrize("reading", ["basic", "form"])
def test_konnect_authenticates_as_the_initial_client_in_the_way_of_the_reading(reading: str, region: Region) -> None:
    region.readings.set("konnect.client-authentication", reading)
    assert region.done("POST", f"/v2/dcr-providers/{region.provider()['id']}/verify")["status"] == "success"
    assert region.idp.authenticated_by == [reading]
