"""Requests that the documents do not allow, and who may ask."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.konnect.state import Api, Portal, Provider, Thing
from tests.sandbox.konnect.region import TOKEN, Region

PROVIDER: dict[str, Any] = {
    "name": "p",
    "provider_type": "curity",
    "issuer": "https://idp.example",
    "dcr_config": {"initial_client_id": "a", "initial_client_secret": "b"},
}
OIDC: dict[str, Any] = {"issuer": "https://idp.example", "credential_claim": ["sub"], "scopes": [], "auth_methods": []}
STRATEGY: dict[str, Any] = {
    "name": "s",
    "display_name": "S",
    "strategy_type": "openid_connect",
    "configs": {"openid-connect": OIDC},
}
LABELS_51 = {f"l{number}": "x" for number in range(51)}

WRONG_PROVIDERS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": None}, "name", "is_string"),
    ({"name": ""}, "name", "min_length"),
    ({"name": "x" * 257}, "name", "max_length"),
    ({"name": 1}, "name", "is_string"),
    ({"display_name": None}, "display_name", "type"),
    ({"issuer": "no url"}, "issuer", "invalid"),
    ({"issuer": "https://x.example/" + "y" * 256}, "issuer", "max_length"),
    ({"provider_type": "Curity"}, "provider_type", "enum"),
    ({"dcr_config": {"dcr_token": "x"}}, "dcr_config.dcr_token", "unknown_property"),
    ({"dcr_config": {"initial_client_id": "x"}}, "dcr_config.initial_client_secret", "required"),
    ({"dcr_config": []}, "dcr_config", "is_object"),
    ({"labels": LABELS_51}, "labels", "max_items"),
    ({"labels": {"kong-x": "y"}}, "labels", "is_label"),
    ({"labels": {"x": "-y"}}, "labels.x", "is_label"),
    ({"labels": {"x": "y" * 64}}, "labels.x", "max_length"),
    ({"labels": {"x": None}}, "labels.x", "is_string"),
    ({"portal_id": "x"}, "portal_id", "unknown_property"),
]


@pytest.mark.parametrize(("change", "field", "rule"), WRONG_PROVIDERS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_provider_is_refused_field_by_field(change: dict[str, Any], field: str, rule: str, region: Region) -> None:
    before = len(region.org.all(Provider))
    status, faults = region.refused(region.ask("POST", "/v2/dcr-providers", {**PROVIDER, **change}))
    assert status == 400
    assert (field, rule) in faults
    assert len(region.org.all(Provider)) == before


@pytest.mark.parametrize(
    ("config", "field", "rule"),
    [
        ({"scopes": None}, "scopes", "is_array"),
        ({"scopes": ["x"] * 51}, "scopes", "max_items"),
        ({"credential_claim": "sub"}, "credential_claim", "is_array"),
        ({"credential_claim": ["x" * 129]}, "credential_claim.0", "max_length"),
        ({"issuer": "x"}, "issuer", "invalid"),
    ],
)
def test_a_wrong_plugin_configuration_is_refused(config: dict[str, Any], field: str, rule: str, region: Region) -> None:
    body = {**STRATEGY, "configs": {"openid-connect": {**OIDC, **config}}}
    answer = region.ask("POST", "/v2/application-auth-strategies", body)
    assert region.refused(answer) == (400, [(f"configs.openid-connect.{field}", rule)])


def test_all_faults_of_a_body_are_told_at_once(region: Region) -> None:
    _, faults = region.refused(region.ask("POST", "/v2/dcr-providers", {"name": "", "unknown": 1}))
    expected = [("issuer", "required"), ("name", "min_length"), ("provider_type", "required"), ("unknown", "unknown_property")]
    assert sorted(faults) == expected


def test_the_words_are_those_of_the_documents(region: Region) -> None:
    answer = region.ask("POST", f"/v3/portals/{region.portal_id}/applications", {"name": "x", "owner": {}, "auth_strategy_id": "x", "y": 1})
    words = [entry["reason"] for entry in answer.json()["invalid_parameters"]]
    assert '"auth_strategy_id" must be a valid UUID' in words
    assert '"y" is not allowed' in words
    assert '"owner.id" is required' in words


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"text"'])
def test_a_body_that_is_no_object_is_refused(content: bytes, region: Region) -> None:
    answer = region.konnect.post("/v2/dcr-providers", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


@pytest.mark.parametrize(("path", "status"), [("/v3/apis", 415), ("/v2/dcr-providers", 400)])
def test_another_media_type_is_refused_as_the_document_lists_it(path: str, status: int, region: Region) -> None:
    answer = region.konnect.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == status


@pytest.mark.parametrize("authorization", [None, "", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", "Bearer ÿ"])
def test_without_a_good_token_nothing_is_answered(authorization: str | None, region: Region) -> None:
    del region.konnect.headers["Authorization"]
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    answer = region.konnect.get("/v3/portals", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("title", ["Unauthorized", "Unauthenticated", "ApiUnauthorized"])
@pytest.mark.parametrize("prefix", ["kong", "konnect"])
def test_titles_and_traces_vary_by_reading(title: str, prefix: str, region: Region) -> None:
    region.readings.update({"konnect.title-401": title, "konnect.trace-prefix": prefix})
    problem = region.konnect.get("/v3/portals", headers={"Authorization": "Bearer x"}).json()
    assert problem["title"] == title
    assert problem["instance"].startswith(f"{prefix}:trace:")


@pytest.mark.parametrize("path", ["/v2/dcr-providers/{}", "/v3/portals/{}", "/v3/apis/{}", "/v2/control-planes/{}", "/v3/applications/{}"])
@pytest.mark.parametrize("thing_id", [str(uuid.UUID(int=1, version=4)), "x", "%20", "urn:uuid:" + str(uuid.UUID(int=2, version=4))])
def test_what_is_not_there_is_not_found(path: str, thing_id: str, region: Region) -> None:
    answer = region.ask("GET", path.format(thing_id))
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


@pytest.mark.parametrize("status", [404, 403])
@pytest.mark.parametrize(("kind", "path"), [(Portal, "/v3/portals"), (Provider, "/v2/dcr-providers"), (Api, "/v3/apis")])
def test_another_organizations_objects_are_hidden(status: int, kind: type[Thing], path: str, region: Region) -> None:
    region.readings.set("konnect.foreign-object", str(status))
    foreign = next(one for one in region.org.tables[kind].values() if one.foreign)
    assert region.ask("GET", f"{path}/{foreign.id}").status_code == status
    assert foreign.id not in region.ask("GET", f"{path}?page[size]=100").text


@pytest.mark.parametrize("status", [404, 403])
def test_an_unknown_parent_that_no_document_foresees_is_refused_as_the_reading_says(status: int, region: Region) -> None:
    region.readings.set("konnect.unlisted-not-found", str(status))
    nowhere = f"/v3/portals/{uuid.UUID(int=3, version=4)}"
    assert region.ask("POST", f"{nowhere}/developers", {"email": "a@b.example", "full_name": "A"}).status_code == status
    assert region.ask("GET", f"{nowhere}/authentication-settings").status_code == status
    assert region.ask("GET", nowhere).status_code == 404


def test_a_method_that_a_path_does_not_have_is_told_with_those_it_has(region: Region) -> None:
    answer = region.ask("PUT", "/v3/portals")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})
    assert region.ask("GET", "/v3/nothing").status_code == 404


@pytest.mark.parametrize(
    ("denied", "asked", "status"),
    [
        ("POST /v2/dcr-providers", ("POST", "/v2/dcr-providers"), 403),
        ("POST /v2/dcr-providers", ("GET", "/v2/dcr-providers"), 200),
        ("GET /v3/portals", ("GET", "/v3/portals?page[size]=1"), 403),
        ("GET /v3/*/{portal}", ("GET", "/v3/portals/{portal}"), 403),
        ("GET /v3/*/{portal}", ("GET", "/v3/portals"), 200),
    ],
)
def test_a_right_that_a_token_lacks_is_refused(denied: str, asked: tuple[str, str], status: int, region: Region) -> None:
    region.service.set_knobs({"denied": [denied.format(portal=region.portal_id)]})
    method, path = asked
    answer = region.ask(method, path.format(portal=region.portal_id), PROVIDER if method == "POST" else None)
    assert answer.status_code == status


def test_rights_on_a_new_object_lag_for_some_requests_that_name_it(region: Region) -> None:
    region.readings.set("konnect.permission-lag", "some")
    provider = region.provider()
    path = f"/v2/dcr-providers/{provider['id']}"
    assert [region.ask("GET", path).status_code for _ in range(4)] == [403, 403, 200, 200]
    assert region.ask("GET", "/v2/dcr-providers").status_code == 200


def test_an_unknown_knob_changes_nothing(region: Region) -> None:
    with pytest.raises(ValueError, match="fogets_labels"):
        region.service.set_knobs({"denied": ["GET /"], "fogets_labels": True})
    assert region.service.knobs.denied == ()


def test_a_reset_gives_the_same_world_with_the_same_ids(region: Region) -> None:
    before = region.done("GET", "/v3/portals?sort=name")["data"]
    region.provider()
    region.service.reset()
    after = region.done("GET", "/v3/portals?sort=name")["data"]
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert region.done("GET", "/v2/dcr-providers")["meta"]["page"]["total"] == 1
