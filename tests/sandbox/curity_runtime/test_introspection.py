"""Source of what is expected: RFC 7662, RFC 7009; docs/vendors/curity.md, Introspection."""

from __future__ import annotations

import jwt
import pytest

from tests.sandbox.curity_runtime.configuration import ISSUER, SECRET
from tests.sandbox.curity_runtime.conftest import RunTime

INTROSPECT = "/oauth/v2/oauth-introspect"
REVOKE = "/oauth/v2/oauth-revoke"
USERINFO = "/oauth/v2/oauth-userinfo"
GATEWAY = ("gateway", SECRET)


def test_an_active_token_is_described(run_time: RunTime) -> None:
    found = run_time.http.post(INTROSPECT, data={"token": run_time.access_token(scope="read")}, auth=GATEWAY).json()
    assert (found["active"], found["sub"], found["iss"], found["scope"]) == (True, "konnect-dcr", ISSUER, "read")
    assert found["aud"] == ["konnect-dcr"]


def test_any_other_token_is_not_active(run_time: RunTime) -> None:
    assert run_time.http.post(INTROSPECT, data={"token": "unknown"}, auth=GATEWAY).json() == {"active": False}


def test_a_phantom_token_is_exchanged_for_its_jwt(run_time: RunTime) -> None:
    run_time.configuration.remove("//base:access-token-as-jwt")
    wanted = {"Accept": "application/jwt"}
    found = run_time.http.post(INTROSPECT, data={"token": run_time.access_token()}, auth=GATEWAY, headers=wanted)
    assert found.headers["content-type"].startswith("application/jwt")
    assert jwt.decode(found.text, options={"verify_signature": False})["sub"] == "konnect-dcr"
    assert run_time.http.post(INTROSPECT, data={"token": "unknown"}, auth=GATEWAY, headers=wanted).status_code == 204


def test_introspection_needs_the_capability_and_a_token(run_time: RunTime) -> None:
    unable = run_time.http.post(INTROSPECT, data={"token": "x"}, auth=("konnect-dcr", SECRET))
    assert unable.json() == {"error": "unauthorized_client"}
    assert run_time.http.post(INTROSPECT, data={}, auth=GATEWAY).json() == {"error": "invalid_request"}
    assert run_time.http.post(INTROSPECT, data={"token": "x"}).json() == {"error": "invalid_client"}


def test_a_client_revokes_its_own_tokens_only(run_time: RunTime) -> None:
    token = run_time.access_token()
    other = run_time.http.post(REVOKE, data={"token": token}, auth=GATEWAY)
    assert other.status_code == 200
    assert run_time.http.post(INTROSPECT, data={"token": token}, auth=GATEWAY).json()["active"] is True
    assert run_time.http.post(REVOKE, data={"token": token}, auth=("konnect-dcr", SECRET)).status_code == 200
    assert run_time.http.post(INTROSPECT, data={"token": token}, auth=GATEWAY).json() == {"active": False}


@pytest.mark.parametrize(("reading", "error"), [("403", "insufficient_scope"), ("401", "invalid_token")])
def test_a_client_credentials_token_has_no_userinfo(run_time: RunTime, reading: str, error: str) -> None:
    run_time.readings.set("curity.userinfo-without-user", reading)
    answer = run_time.http.get(USERINFO, headers={"Authorization": f"Bearer {run_time.access_token(scope='openid')}"})
    assert (answer.status_code, answer.json()["error"]) == (int(reading), error)
    assert run_time.http.get(USERINFO).status_code == 401


@pytest.mark.parametrize("path", ["/", "/oauth/v2/oauth-token/below", "/oauth/v2/oauth-authorize", "/authn/authentication"])
def test_what_is_not_deployed_or_needs_a_user_is_not_found(run_time: RunTime, path: str) -> None:
    assert run_time.http.get(path).status_code == 404
