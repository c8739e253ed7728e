"""The gateway is asked as a consumer would, and only its own words are passed on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import respx

from dcr.errors import Passing, Refused
from dcr.gateway.client import Gateway
from dcr.secret import BasicCredentials, Secret

URL = "https://api.test"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with respx.mock, httpx.Client(base_url=URL) as client:
        yield Gateway(client, ("api.test:443",))


def test_credentials_go_as_base64_of_id_and_secret(gateway: Gateway) -> None:
    """The raw pair, as Konnect's how-to writes it, is refused (docs/vendors/konnect.md, Gateway answers)."""
    route = respx.get(f"{URL}/orders").respond(200, json=[])
    answer = gateway.call("GET", "/orders", BasicCredentials("id", Secret("secret")).authorization())
    request = route.calls[0].request
    assert request.headers["Authorization"] == "Basic aWQ6c2VjcmV0"
    assert request.headers["Accept"] == "application/json"
    assert answer.status == 200


def test_without_credentials_none_are_sent(gateway: Gateway) -> None:
    route = respx.head(f"{URL}/orders").respond(401)
    assert gateway.call("HEAD", "/orders").status == 401
    assert "Authorization" not in route.calls[0].request.headers


@pytest.mark.parametrize("status", [200, 401, 403, 404, 426, 429, 500, 503])
def test_every_status_is_an_answer(gateway: Gateway, status: int) -> None:
    respx.get(f"{URL}/orders").respond(status, json={"message": "Unauthorized", "request_id": "x"}, headers={"X-Kong-Request-Id": "abc"})
    answer = gateway.call("GET", "/orders")
    assert (answer.status, answer.message, answer.evidence.request_id) == (status, "Unauthorized", "abc")
    assert (answer.evidence.call, answer.evidence.status) == ("GET https://api.test/orders", status)


@pytest.mark.parametrize(("headers", "proxied"), [({"X-Kong-Upstream-Latency": "7"}, True), ({"X-Kong-Response-Latency": "1"}, False)])
def test_an_answer_of_the_api_is_told_from_the_gateways_own(gateway: Gateway, headers: dict[str, str], proxied: bool) -> None:
    respx.get(f"{URL}/orders").respond(401, headers=headers)
    assert gateway.call("GET", "/orders").proxied is proxied


@pytest.mark.parametrize("content", [b'{"message": "you sent Basic aWQ6c2VjcmV0"}', b"<html>", b"[1]", b'{"message": 3}', b"", b"\xff\xfe"])
def test_what_an_upstream_says_is_not_repeated(gateway: Gateway, content: bytes) -> None:
    respx.get(f"{URL}/orders").respond(200, content=content)
    assert gateway.call("GET", "/orders").message == ""


def test_no_answer_passes_and_a_redirect_does_not(gateway: Gateway) -> None:
    respx.get(f"{URL}/orders").mock(side_effect=httpx.ReadTimeout)
    with pytest.raises(Passing):
        gateway.call("GET", "/orders")
    respx.get(f"{URL}/orders").respond(301, headers={"Location": "https://evil.test"})
    with pytest.raises(Refused, match="redirect"):
        gateway.call("GET", "/orders")
