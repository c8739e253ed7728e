"""The registration client: what each answer means, and what of it is believed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from dcr.curity.runtime.client_registration import ClientRegistration, ClientSpec, Misregistered, RegisteredClient, RegistrationTokenDead
from dcr.errors import DcrError, Missing, Passing, Refused, Unknown
from dcr.secret import Secret

ENDPOINT = "https://curity.example:8443/token-service/oauth-registration"
CLIENT = f"{ENDPOINT}/c-1"
WANTED = ClientSpec("acme-checkout", ("https://shop.example/callback",))
ANSWER: dict[str, Any] = {
    "client_id": "c-1",
    "client_secret": "the-secret",
    "grant_types": ["client_credentials"],
    "registration_client_uri": CLIENT,
    "registration_access_token": "the-token",
    "registration_access_token_expires_in": 31536000,
}


@pytest.fixture
def client() -> ClientRegistration:
    return ClientRegistration(httpx.Client(), ("curity.example:8443",))


def register(client: ClientRegistration) -> RegisteredClient:
    return client.register(ENDPOINT, Secret("dcr-token"), WANTED)


@respx.mock
@pytest.mark.parametrize("status", [201, 200])
def test_a_client_is_registered_with_the_single_use_token(client: ClientRegistration, status: int) -> None:
    route = respx.post(ENDPOINT).respond(status, json=ANSWER)
    found = register(client)

    request = route.calls.last.request
    assert request.headers["authorization"] == "Bearer dcr-token"
    assert json.loads(request.content) == {
        "client_name": "acme-checkout",
        "redirect_uris": ["https://shop.example/callback"],
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    assert found.client_secret and found.client_secret.get_secret_value() == "the-secret"
    assert "the-secret" not in repr(found) and "the-token" not in repr(found)


@respx.mock
@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, Refused, "invalid_client_metadata: why"),
        (401, RegistrationTokenDead, "refused the token"),
        (403, Refused, "403"),
        (404, Missing, "is not there"),
        (408, Unknown, "408"),
        (409, Unknown, "409"),
        (429, Passing, "429"),
        (500, Unknown, "500"),
        (501, Refused, "501"),
        (502, Unknown, "502"),
        (503, Passing, "503"),
        (504, Unknown, "504"),
        (520, Unknown, "520"),
    ],
)
def test_each_status_says_what_can_be_done(client: ClientRegistration, status: int, error: type[DcrError], words: str) -> None:
    body = {"error": "invalid_client_metadata", "error_description": "why"}
    respx.post(ENDPOINT).respond(status, json=body, headers={"retry-after": "7"})

    with pytest.raises(error, match=words) as raised:
        register(client)
    assert type(raised.value) is error
    if isinstance(raised.value, Passing):
        assert raised.value.retry_after == 7


@respx.mock
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"client_id": "c-1", "client_sec', Unknown),
        (b"<html>", Unknown),
        (b"{}", Misregistered),
        (b'{"client_id": ""}', Misregistered),
        (b"[]", Misregistered),
    ],
)
def test_an_answer_that_is_cut_off_is_told_from_one_that_is_wrong(client: ClientRegistration, answer: bytes, error: type[DcrError]) -> None:
    respx.post(ENDPOINT).respond(201, content=answer)

    with pytest.raises(error) as raised:
        register(client)
    assert type(raised.value) is error


@respx.mock
def test_a_management_address_elsewhere_is_not_believed(client: ClientRegistration) -> None:
    respx.post(ENDPOINT).respond(201, json=ANSWER | {"registration_client_uri": "https://evil.example/c-1"})

    with pytest.raises(Misregistered, match="registered client c-1"):
        register(client)


@pytest.mark.parametrize(
    ("members", "defects", "shortfalls"),
    [
        ({}, 0, 0),
        ({"grant_types": None}, 0, 0),
        ({"grant_types": []}, 1, 0),
        ({"grant_types": ["authorization_code"]}, 1, 0),
        ({"grant_types": ["client_credentials", "refresh_token"]}, 0, 0),
        ({"client_secret": None}, 1, 0),
        ({"token_endpoint_auth_method": "client_secret_post"}, 0, 0),
        ({"token_endpoint_auth_method": "private_key_jwt"}, 1, 0),
        ({"token_endpoint_auth_method": "none", "client_secret": None}, 1, 0),
        ({"redirect_uris": ["https://shop.example/callback"]}, 0, 0),
        ({"redirect_uris": []}, 0, 1),
    ],
)
def test_what_came_back_is_compared_with_what_was_asked_for(members: dict[str, Any], defects: int, shortfalls: int) -> None:
    found = RegisteredClient.model_validate(ANSWER | members)

    assert (len(found.defects(WANTED)), len(found.shortfalls(WANTED))) == (defects, shortfalls)


@respx.mock
@pytest.mark.parametrize("status", [204, 401, 404])
def test_a_client_that_is_gone_counts_as_removed(client: ClientRegistration, status: int) -> None:
    route = respx.delete(CLIENT).respond(status)
    client.remove(CLIENT, Secret("the-token"))

    assert route.calls.last.request.headers["authorization"] == "Bearer the-token"


@respx.mock
@pytest.mark.parametrize(("status", "error"), [(403, Refused), (500, Unknown), (503, Passing)])
def test_a_removal_that_failed_is_told(client: ClientRegistration, status: int, error: type[DcrError]) -> None:
    respx.delete(CLIENT).respond(status)

    with pytest.raises(error):
        client.remove(CLIENT, Secret("the-token"))


@respx.mock
def test_a_removal_goes_only_where_the_platform_allows(client: ClientRegistration) -> None:
    with pytest.raises(Refused, match="not an allowed host"):
        client.remove("https://evil.example/c-1", Secret("the-token"))
