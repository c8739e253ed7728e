"""A request takes a route as Kong would have it; what cannot be judged is no match."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.konnect.routes import GatewayRoute
from dcr.model.tenant import ApiSpec
from dcr.steps.preflight.gateway_routes import request_of, takes, told

URL = "https://gateway.example"
ORDERS: dict[str, Any] = {"paths": ["/orders"]}


def matches(route: dict[str, Any], path: str = "/orders", method: str = "GET", url: str = URL) -> bool:
    api = ApiSpec.model_validate({"name": "Orders", "method": method, "path": path})
    return takes(request_of(api, url), GatewayRoute.model_validate(route))


@pytest.mark.parametrize(
    ("route", "path", "taken"),
    [
        (ORDERS, "/orders", True),
        (ORDERS, "/orders/1", True),
        (ORDERS, "/orders-of-others", True),  # a prefix need not end at a slash
        (ORDERS, "/order", False),
        (ORDERS, "/Orders", False),
        (ORDERS, "/public/orders", False),
        (ORDERS, "//orders", True),
        (ORDERS, "/%6frders", True),
        (ORDERS, "/o%2Frders", False),
        ({"paths": ["/a", "/b"]}, "/b", True),
        ({"paths": []}, "/anything", True),
        ({"paths": None}, "/anything", True),
        ({"paths": ["~/orders/\\d+$"]}, "/orders/12", True),
        ({"paths": ["~/orders/\\d+$"]}, "/orders/12/lines", False),
        ({"paths": ["~/orders/\\d+"]}, "/orders/12/lines", True),
        ({"paths": ["~/orders"]}, "/public/orders", False),  # from the beginning
        ({"paths": ["~/(?<kind>orders|payments)$"]}, "/orders", True),
        ({"paths": ["~/(?<!x)orders"]}, "/orders", True),
        ({"paths": ["~/orders(["]}, "/orders", False),
        ({"paths": ["~/(o+)+$"]}, "/oooooooooooooooooooooooooooooooooooooo-", False),
        ({"paths": ["/.*"]}, "/orders", False),  # without a tilde it is no pattern
    ],
)
def test_the_path(route: dict[str, Any], path: str, taken: bool) -> None:
    assert matches(route, path) is taken


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({"methods": ["GET", "POST"]}, True),
        ({"methods": ["POST"]}, False),
        ({"methods": []}, True),
        ({"protocols": ["https"]}, True),
        ({"protocols": ["http", "https"]}, True),
        ({"protocols": ["http"]}, False),
        ({"protocols": None}, True),
        ({"protocols": ["grpcs"]}, False),
        ({"hosts": ["gateway.example"]}, True),
        ({"hosts": ["other.example", "gateway.example"]}, True),
        ({"hosts": ["other.example"]}, False),
        ({"hosts": ["*.example"]}, True),
        ({"hosts": ["gateway.*"]}, True),
        ({"hosts": ["*.gateway.example"]}, False),
        ({"hosts": ["gateway.example:443"]}, True),
        ({"hosts": ["gateway.example:8443"]}, False),
        ({"hosts": []}, True),
        ({"snis": ["gateway.example."]}, True),
        ({"snis": ["other.example"]}, False),
        ({"headers": {"x-version": ["2"]}}, False),
        ({"headers": {}}, True),
        ({"expression": 'http.path ^= "/orders"'}, False),
    ],
)
def test_every_other_condition(more: dict[str, Any], taken: bool) -> None:
    assert matches(ORDERS | more) is taken


def test_the_gateways_address_counts_as_it_is() -> None:
    assert matches({"paths": ["/v1/orders"], "hosts": ["gateway.example:8443"]}, url="https://Gateway.example:8443/v1/")
    assert not matches({"paths": ["/orders"]}, url="https://gateway.example/v1")


def test_routes_are_told_in_a_few_words_and_not_without_end() -> None:
    rows = [
        {"methods": ["POST"], "paths": ["/a", "~/b$"], "hosts": ["h.example"], "protocols": ["http"]},
        {"headers": {"x": ["1"]}, "snis": ["s.example"]},
        {"name": "by-words", "expression": "true"},
    ]
    assert told([GatewayRoute.model_validate(row) for row in rows]) == (
        "POST /a|~/b$ on host h.example by http; any method any path for SNI s.example with certain headers by https; "
        "by-words, by an expression, which is not judged here"
    )
    assert told([GatewayRoute(paths=("/\x1b[2J",))] * 13).endswith(", and 3 more")
    assert "\x1b" not in told([GatewayRoute(paths=("/\x1b[2J",))])
