"""Which requests a route takes, and the form of what the gateway answers. Source: docs/vendors/konnect.md, Gateway answers."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.konnect.state import Route
from tests.sandbox.gateway.answers import judged
from tests.sandbox.konnect.region import Region


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/", 404), ("/order", 404), ("/ordersx", 401), ("/orders/x/y", 401)])
def test_a_route_takes_every_path_that_begins_like_it(path: str, status: int, admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    answer = region.gate.get(path)
    assert answer.status_code == status
    if status == 404:
        assert judged(answer) == (404, "no Route matched with those values")


def test_a_route_may_be_for_some_methods_only(admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    region.org.all(Route)[0].methods = ("POST",)
    assert (region.gate.get("/orders").status_code, region.gate.post("/orders").status_code) == (404, 401)


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("api.acme.example", "/x", 200),
        ("other.example", "/x", 404),
        ("a.internal.example", "/y", 200),
        ("A.internal.example:8443", "/y", 200),
        ("internal.example", "/y", 404),
        ("other.example", "/v1/items/7", 200),
        ("other.example", "/v2/items/7", 404),
        ("other.example", "/orders/open", 200),
        ("other.example", "/orders/shut", 401),
    ],
)
def test_a_route_takes_what_all_its_rules_take(host: str, path: str, status: int, admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    open_routes = [
        {"service": "open", "hosts": ["api.acme.example"]},
        {"service": "open", "hosts": ["*.internal.example"], "paths": ["/y"]},
        {"service": "open", "paths": [r"~/v1/\w+/\d+$"]},
        {"service": "open", "paths": ["/orders/open"]},
    ]
    region.service.set_knobs({"more_routes": open_routes})
    assert region.gate.get(path, headers={"Host": host}).status_code == status


def test_a_plain_request_for_an_https_route_must_come_again(admitted: tuple[Region, Any]) -> None:
    region, _ = admitted
    answer = region.gate.get("http://gateway.example/orders")
    assert judged(answer) == (426, "Please use HTTPS protocol")
    assert (answer.headers["connection"], answer.headers["upgrade"]) == ("Upgrade", "TLS/1.2, HTTP/1.1")
    region.org.all(Route)[0].protocols = ("http", "https")
    assert region.gate.get("http://gateway.example/orders").status_code == 401


def test_an_answer_carries_its_request_id_and_follows_the_accept_header(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    plain = region.gate.get("/orders")
    assert plain.json()["request_id"] == plain.headers["x-kong-request-id"]
    assert plain.headers["content-type"] == "application/json; charset=utf-8"
    html = region.gate.get("/orders", headers={"Accept": "text/html,*/*"})
    assert (html.status_code, html.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert html.headers["x-kong-request-id"] in html.text
    assert len(region.call(application).headers["x-kong-request-id"]) == 32
