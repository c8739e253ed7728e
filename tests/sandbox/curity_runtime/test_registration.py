"""Source of what is expected: RFC 7591; docs/vendors/curity.md, Registration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.curity_runtime.configuration import BASE_URL, REGISTRATION_PATH
from tests.sandbox.curity_runtime.conftest import RunTime

SETTINGS = "//as:dynamic-client-registration/as:non-templatized"

# The members of the documented exchange, for a pure client-credentials client.
DOCUMENTED = {
    "access_token_ttl", "audiences", "client_id", "client_id_issued_at", "client_name", "client_secret", "client_secret_expires_at",
    "default_acr_values", "grant_types", "post_logout_redirect_uris", "redirect_uris", "registration_access_token",
    "registration_access_token_expires_in", "registration_client_uri", "require_proof_key", "requires_consent", "response_types",
    "scope", "subject_type", "token_endpoint_auth_method", "token_endpoint_auth_methods",
}  # fmt: skip


def test_a_registered_client_gets_the_documented_members_and_works(run_time: RunTime) -> None:
    answer = run_time.register(redirect_uris=["https://app.example/cb"])
    client = answer.json()
    assert answer.status_code == 201
    assert set(client) == DOCUMENTED
    assert client["redirect_uris"] == ["https://app.example/cb"]
    assert client["registration_client_uri"] == f"{BASE_URL}{REGISTRATION_PATH}/{client['client_id']}"
    assert client["registration_access_token_expires_in"] == 31536000
    assert len(client["client_secret"]) == 43
    assert run_time.token(client["client_id"], client["client_secret"], scope="read").json()["scope"] == "read"
    assert run_time.token(client["client_id"], "wrong").status_code == 401


def test_a_dcr_token_registers_one_client(run_time: RunTime) -> None:
    bearer = {"Authorization": f"Bearer {run_time.access_token(scope='dcr')}"}
    body = {"client_name": "app", "grant_types": ["client_credentials"]}
    answers = [run_time.http.post(REGISTRATION_PATH, json=body, headers=bearer) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 401]
    assert answers[1].json()["error"] == "invalid_token"
    assert answers[1].headers["www-authenticate"] == 'Bearer realm="OAuth", error="invalid_token"'


@pytest.mark.parametrize(("used_by", "second"), [("registration", 201), ("attempt", 401)])
def test_what_uses_the_token_up_is_a_reading(run_time: RunTime, used_by: str, second: int) -> None:
    run_time.readings.set("curity.dcr-token-used-by", used_by)
    bearer = {"Authorization": f"Bearer {run_time.access_token(scope='dcr')}"}
    assert run_time.http.post(REGISTRATION_PATH, json={"grant_types": "no list"}, headers=bearer).status_code == 400
    assert run_time.http.post(REGISTRATION_PATH, json={"grant_types": []}, headers=bearer).status_code == second


@pytest.mark.parametrize(("scope", "status", "error"), [(None, 401, "invalid_token"), ("read", 403, "insufficient_scope")])
def test_registration_needs_a_dcr_token(run_time: RunTime, scope: str | None, status: int, error: str) -> None:
    headers = {"Authorization": f"Bearer {run_time.access_token(scope=scope)}"} if scope else {}
    answer = run_time.http.post(REGISTRATION_PATH, json={"client_name": "app"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_expired_dcr_token_registers_nothing(run_time: RunTime) -> None:
    bearer = {"Authorization": f"Bearer {run_time.access_token(scope='dcr')}"}
    run_time.node.set_knobs({"clock_advance_seconds": 301})
    assert run_time.http.post(REGISTRATION_PATH, json={"client_name": "app"}, headers=bearer).status_code == 401


def test_open_registration_asks_for_no_token(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{SETTINGS}/as:authenticate-client-by")
    run_time.configuration.add(SETTINGS, "<no-authentication/>")
    assert run_time.http.post(REGISTRATION_PATH, json={"grant_types": []}).status_code == 201
    assert run_time.token(scope="dcr").json() == {"error": "invalid_scope"}


def test_unsupported_grant_types_are_dropped_refused_or_echoed(run_time: RunTime) -> None:
    wish = {"grant_types": ["client_credentials", "refresh_token"]}
    assert run_time.registered(**wish)["grant_types"] == ["client_credentials"]
    run_time.readings.set("curity.unsupported-grant-types", "echoed")
    assert run_time.registered(**wish)["grant_types"] == ["client_credentials", "refresh_token"]
    run_time.readings.set("curity.unsupported-grant-types", "refused")
    assert run_time.register(**wish).json()["error"] == "invalid_client_metadata"


def test_an_echoed_grant_type_is_still_not_granted(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{SETTINGS}/as:capabilities/as:client-credentials")
    run_time.readings.set("curity.unsupported-grant-types", "echoed")
    client = run_time.registered()
    assert client["grant_types"] == ["client_credentials"]
    assert run_time.token(client["client_id"], client["client_secret"]).json() == {"error": "unauthorized_client"}


def test_scopes_are_all_when_none_is_named_and_cut_down_when_some_are(run_time: RunTime) -> None:
    assert run_time.registered()["scope"] == "openid read secret"
    assert run_time.registered(scope="read unknown")["scope"] == "read"
    run_time.readings.update({"curity.registration-scope-omitted": "not-listed", "curity.unsupported-scopes": "refused"})
    client = run_time.registered()
    assert client["scope"] == ""
    assert run_time.token(client["client_id"], client["client_secret"], scope="secret").status_code == 200
    assert run_time.register(scope="unknown").json()["error"] == "invalid_client_metadata"


def test_only_the_scopes_of_the_dcr_settings_are_given(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{SETTINGS}/as:scopes/as:all")
    run_time.configuration.add(f"{SETTINGS}/as:scopes", "<scope>read</scope>")
    assert run_time.registered()["scope"] == "read"


@pytest.mark.parametrize(
    ("asked", "got"), [("none", "client_secret_basic"), ("client_secret_post", "client_secret_post"), (None, "client_secret_basic")]
)
def test_a_method_that_is_not_allowed_is_overridden(run_time: RunTime, asked: str | None, got: str) -> None:
    wish = {} if asked is None else {"token_endpoint_auth_method": asked}
    assert run_time.registered(**wish)["token_endpoint_auth_method"] == got


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"grant_types": ["authorization_code"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["/relative"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/cb#part"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://[app"]}, "invalid_redirect_uri"),
        ({"access_token_ttl": 2**32}, "invalid_client_metadata"),
        ({"redirect_uris": "https://app.example/cb"}, "invalid_client_metadata"),
        ({"client_name": 5}, "invalid_client_metadata"),
        ({"software_id": "template"}, "invalid_client_metadata"),
        ({"client_uri": "https://else.example", "redirect_uris": ["https://app.example/cb"]}, "invalid_client_metadata"),
    ],
)
def test_bad_metadata_is_refused_in_the_words_of_the_rfc(run_time: RunTime, metadata: dict[str, Any], error: str) -> None:
    answer = run_time.register(**metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


MARKS = {"dcr_platform": "acme-eu", "dcr_tenant": "acme", "dcr_op": "4711"}


def test_unknown_members_are_properties_and_change_nothing_else(run_time: RunTime) -> None:
    plain, marked = run_time.registered(), run_time.registered(**MARKS, logo_uri="https://app.example/logo", audiences=["other"])
    assert {name: marked[name] for name in MARKS} == MARKS
    assert marked.keys() - MARKS.keys() == plain.keys(), "what the server knows is no property, even if it does nothing with it"
    assert [row.summary()["properties"] for row in run_time.node.clients.all()] == [{}, MARKS]
    read = run_time.manage("GET", marked).json()
    assert {name: read[name] for name in MARKS} == MARKS
    body = {"client_id": marked["client_id"], "grant_types": ["client_credentials"], "dcr_op": "4712", "status": "revoked"}
    updated = run_time.manage("PUT", read, **body).json()
    assert {name: updated.get(name) for name in MARKS} == {"dcr_platform": None, "dcr_tenant": None, "dcr_op": "4712"}, "it replaces all"
    assert run_time.token(updated["client_id"], updated["client_secret"]).status_code == 200


def test_unknown_members_may_be_dropped(run_time: RunTime) -> None:
    run_time.readings.set("curity.registration-properties", "dropped")
    assert not MARKS.keys() & run_time.registered(**MARKS).keys()
    assert [row.properties for row in run_time.node.clients.all()] == [{}]


@pytest.mark.parametrize("content", [b"[]", b"not json", b"\xff"])
def test_a_body_that_is_no_object_is_bad_metadata(run_time: RunTime, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {run_time.access_token(scope='dcr')}", "Content-Type": "application/json"}
    assert run_time.http.post(REGISTRATION_PATH, content=content, headers=headers).status_code == 400
    plain = headers | {"Content-Type": "text/plain"}
    assert run_time.http.post(REGISTRATION_PATH, content=content, headers=plain).status_code == 415


@pytest.mark.parametrize(("form", "members"), [("full", {"error", "error_description"}), ("bare", {"error"}), ("empty", None)])
def test_the_body_of_a_refusal_is_a_reading(run_time: RunTime, form: str, members: set[str] | None) -> None:
    run_time.readings.set("curity.registration-error-body", form)
    answer = run_time.register(redirect_uris=["/relative"])
    assert answer.status_code == 400
    assert (set(json.loads(answer.content)) if answer.content else None) == members


def test_smaller_forms_are_readings(run_time: RunTime) -> None:
    run_time.readings.update(
        {"curity.registration-status": "200", "curity.client-secret-form": "hexadecimal", "curity.registration-client-uri": "query"}
    )
    answer = run_time.register()
    client = answer.json()
    assert answer.status_code == 200
    assert len(bytes.fromhex(client["client_secret"])) == 32
    assert client["registration_client_uri"] == f"{BASE_URL}{REGISTRATION_PATH}?client_id={client['client_id']}"
    assert run_time.manage("DELETE", client).status_code == 204


def test_without_management_no_registration_token_is_given(run_time: RunTime) -> None:
    run_time.configuration.remove("//as:client-management")
    client = run_time.registered()
    assert not [name for name in client if name.startswith("registration_")]


def test_the_row_knows_who_registered_the_client_and_no_secret(run_time: RunTime) -> None:
    client = run_time.registered()
    (row,) = run_time.node.clients.all()
    assert (row.client_id, row.initial_client, row.status) == (client["client_id"], "konnect-dcr", "active")
    assert client["client_secret"] not in repr(row)
    assert client["registration_access_token"] not in repr(row)
