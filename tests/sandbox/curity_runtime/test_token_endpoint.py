"""Source of what is expected: RFC 6749 section 5; docs/vendors/curity.md, Token requests."""

from __future__ import annotations

import uuid
from typing import Any

import jwt
import pytest

from sandbox.curity.runtime.tokens import OPAQUE_PREFIX
from tests.sandbox.curity_runtime.configuration import ISSUER, SECRET, TOKEN_PATH
from tests.sandbox.curity_runtime.conftest import RunTime

SERVER = "//as:authorization-server"
ISSUER_SECTION = "//base:default-token-issuer"
CLIENT = f"{SERVER}//as:client[as:id='konnect-dcr']"


def verified(run_time: RunTime, token: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(run_time.http.get(f"{ISSUER}/jwks").json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
    return claims


def test_a_client_gets_a_jwt_whose_subject_it_is(run_time: RunTime) -> None:
    answer = run_time.token(scope="read").json()
    claims = verified(run_time, answer["access_token"])
    assert answer["token_type"] == "bearer"
    assert answer["scope"] == claims["scope"] == "read"
    assert (claims["iss"], claims["sub"], claims["aud"], claims["purpose"]) == (ISSUER, "konnect-dcr", "konnect-dcr", "access_token")
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 300
    assert sorted(claims) == ["aud", "delegationId", "exp", "iat", "iss", "jti", "nbf", "purpose", "scope", "sub"]
    assert sorted(jwt.get_unverified_header(answer["access_token"])) == ["alg", "kid", "x5t"]


def test_without_the_switch_tokens_are_opaque(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{ISSUER_SECTION}/base:access-token-as-jwt")
    token = run_time.access_token()
    assert token.startswith(OPAQUE_PREFIX)
    assert uuid.UUID(token.removeprefix(OPAQUE_PREFIX))


def test_an_issuer_without_a_signing_key_cannot_make_a_jwt(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{ISSUER_SECTION}/base:jwt-issuer-settings")
    assert (run_time.token().status_code, run_time.token().json()["error"]) == (500, "server_error")


@pytest.mark.parametrize(("key_type", "algorithm"), [("rsa", "PS256"), ("elliptic-curve", "ES256")])
def test_tokens_are_signed_by_the_configured_algorithm(run_time: RunTime, key_type: str, algorithm: str) -> None:
    run_time.configuration.add("//base:signing-key", f"<type>{key_type}</type>")
    run_time.configuration.add(f"{ISSUER_SECTION}/base:jwt-issuer-settings", f"<algorithm>{algorithm}</algorithm>")
    token = run_time.access_token()
    keys = jwt.PyJWKSet.from_dict(run_time.http.get(f"{ISSUER}/jwks").json())
    assert jwt.decode(token, keys.keys[0], algorithms=[algorithm], options={"verify_aud": False})["sub"] == "konnect-dcr"


def test_credentials_are_taken_from_the_body_too(run_time: RunTime) -> None:
    form = {"grant_type": "client_credentials", "client_id": "konnect-dcr", "client_secret": SECRET}
    assert run_time.http.post(TOKEN_PATH, data=form).status_code == 200
    assert run_time.http.post(TOKEN_PATH, data=form, auth=("konnect-dcr", SECRET)).json() == {"error": "invalid_request"}


@pytest.mark.parametrize(("client_id", "secret"), [("konnect-dcr", "wrong"), ("nobody", SECRET), ("off", SECRET), ("konnect-dcr", "")])
@pytest.mark.parametrize("status", ["400", "401"])
def test_bad_credentials_are_an_invalid_client(run_time: RunTime, client_id: str, secret: str, status: str) -> None:
    run_time.readings.set("curity.invalid-client", status)
    answer = run_time.token(client_id, secret)
    assert (answer.status_code, answer.json()) == (int(status), {"error": "invalid_client"})
    assert ("www-authenticate" in answer.headers) == (status == "401")


@pytest.mark.parametrize("header", ["Basic", "Basic ====", "Basic é", "Basic //79", "Basic bm8gY29sb24=", "Digest eDp5", "Bearer x"])
def test_a_header_that_holds_no_credentials_is_an_invalid_client(run_time: RunTime, header: str) -> None:
    form = {"grant_type": "client_credentials"}
    answer = run_time.http.post(TOKEN_PATH, data=form, headers=[(b"Authorization", header.encode("latin-1"))])
    assert answer.json() == {"error": "invalid_client"}


@pytest.mark.parametrize(
    ("reading", "sent", "status"), [("form-encoded", "a%2Bb+c", 200), ("as-they-are", "a%2Bb+c", 401), ("as-they-are", "a+b c", 200)]
)
def test_whether_basic_credentials_are_encoded_is_a_reading(run_time: RunTime, reading: str, sent: str, status: int) -> None:
    run_time.readings.set("curity.basic-credentials", reading)
    run_time.configuration.remove(f"{CLIENT}/as:secret")
    run_time.configuration.add(CLIENT, "<secret>a+b c</secret>")
    assert run_time.token(secret=sent).status_code == status


@pytest.mark.parametrize(("form", "expected"), [("full", 'Basic realm="OAuth"'), ("bare", "Basic"), ("absent", None)])
def test_the_challenge_is_a_reading(run_time: RunTime, form: str, expected: str | None) -> None:
    run_time.readings.set("curity.www-authenticate-basic", form)
    assert run_time.token(secret="wrong").headers.get("www-authenticate") == expected


def test_secrets_are_of_no_use_where_the_profile_does_not_take_them(run_time: RunTime) -> None:
    run_time.configuration.add(SERVER, "<client-authentication><basic-and-form-post>false</basic-and-form-post></client-authentication>")
    assert run_time.token().json() == {"error": "invalid_client"}


def test_an_old_secret_holds_until_it_expires(run_time: RunTime) -> None:
    method = "<secondary-authentication-method><secret>old</secret><expires-on>{}</expires-on></secondary-authentication-method>"
    run_time.configuration.add(CLIENT, method.format("2999-01-01T00:00:00Z"))
    assert run_time.token(secret="old").status_code == 200
    run_time.configuration.remove(f"{CLIENT}/as:secondary-authentication-method")
    run_time.configuration.add(CLIENT, method.format("2020-01-01T00:00:00Z"))
    assert run_time.token(secret="old").status_code == 401


@pytest.mark.parametrize(
    ("client_id", "form", "error"),
    [
        ("konnect-dcr", {"grant_type": ""}, "invalid_request"),
        ("konnect-dcr", {"grant_type": "urn:example:unknown"}, "unsupported_grant_type"),
        ("konnect-dcr", {"grant_type": "password"}, "unsupported_grant_type"),
        ("konnect-dcr", {"grant_type": "authorization_code"}, "unauthorized_client"),
        ("gateway", {}, "unauthorized_client"),
        ("konnect-dcr", {"scope": "secret"}, "invalid_scope"),
        ("konnect-dcr", {"scope": "read unknown"}, "invalid_scope"),
        ("manager", {"scope": "dcr"}, "invalid_scope"),
        ("konnect-dcr", {"scope": "dcrm"}, "invalid_scope"),
    ],
)
def test_what_may_not_be_is_refused_by_name(run_time: RunTime, client_id: str, form: dict[str, str], error: str) -> None:
    answer = run_time.token(client_id, **form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_repeated_parameter_or_another_media_type_is_an_invalid_request(run_time: RunTime) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = run_time.http.post(TOKEN_PATH, content="grant_type=client_credentials&scope=a&scope=b", headers=headers)
    json = run_time.http.post(TOKEN_PATH, json={"grant_type": "client_credentials"})
    assert (twice.json(), json.json()) == ({"error": "invalid_request"},) * 2
    assert run_time.http.get(TOKEN_PATH).status_code == 405


def test_errors_are_described_only_where_the_profile_or_the_reading_says_so(run_time: RunTime) -> None:
    assert "error_description" not in run_time.token(secret="wrong").json()
    run_time.readings.set("curity.error-description", "always")
    assert "error_description" in run_time.token(secret="wrong").json()
    run_time.readings.set("curity.error-description", "when-detailed")
    run_time.configuration.add("//base:profile", "<expose-detailed-error-messages/>")
    assert "error_description" in run_time.token(secret="wrong").json()


def test_no_scope_asked_for_is_all_or_none(run_time: RunTime) -> None:
    assert run_time.token().json()["scope"] == "read openid"
    run_time.readings.set("curity.token-scope-omitted", "none")
    answer = run_time.token().json()
    assert "scope" not in answer
    assert "scope" not in verified(run_time, answer["access_token"])


def test_openid_with_client_credentials_is_a_reading(run_time: RunTime) -> None:
    assert run_time.token(scope="openid read").json()["scope"] == "openid read"
    run_time.readings.set("curity.openid-with-client-credentials", "dropped")
    assert run_time.token(scope="openid read").json()["scope"] == "read"
    run_time.readings.set("curity.openid-with-client-credentials", "refused")
    assert run_time.token(scope="openid read").json() == {"error": "invalid_scope"}
    assert run_time.token().json()["scope"] == "read"


def test_the_dcr_token_is_opaque_or_a_jwt(run_time: RunTime) -> None:
    assert run_time.access_token(scope="dcr").startswith(OPAQUE_PREFIX)
    run_time.readings.set("curity.dcr-token-form", "jwt")
    assert verified(run_time, run_time.access_token(scope="dcr"))["scope"] == "dcr"


def test_the_dcr_scope_goes_with_dcr(run_time: RunTime) -> None:
    run_time.configuration.remove("//as:dynamic-client-registration")
    assert run_time.token(scope="dcr").json() == {"error": "invalid_scope"}


def test_smaller_forms_are_readings(run_time: RunTime) -> None:
    run_time.readings.update({"curity.expires-in": "one-less", "curity.audience-form": "array"})
    answer = run_time.token().json()
    assert answer["expires_in"] == 299
    assert verified(run_time, answer["access_token"])["aud"] == ["konnect-dcr"]


def test_a_mutated_run_time_takes_any_secret_of_a_known_client(run_time: RunTime) -> None:
    run_time.node.set_knobs({"accept_any_secret": True})
    assert run_time.token(secret="wrong").status_code == 200
    assert run_time.token("nobody", "wrong").status_code == 401


def test_a_mutated_run_time_names_another_subject(run_time: RunTime) -> None:
    run_time.node.set_knobs({"foreign_subject": True})
    assert verified(run_time, run_time.access_token())["sub"] != "konnect-dcr"


def test_a_mutated_run_time_publishes_a_key_that_verifies_nothing(run_time: RunTime) -> None:
    run_time.node.set_knobs({"foreign_jwks": True})
    with pytest.raises(jwt.InvalidSignatureError):
        verified(run_time, run_time.access_token())
