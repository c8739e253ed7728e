"""Credentials go only where the same request without them was refused moments before, by the gateway itself."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.results.report import Claim, Verdict
from dcr.steps.smoke_test.unregistered import before_registration
from tests.unit.steps.contexts import a_context, a_tenant, facts
from tests.unit.steps.smoke_test.smoke_world import ROUTED, SmokeWorld

OWN, OWN_2 = "checkout gets in at GET /orders", "checkout gets in at GET /payments"
OPEN: list[dict[str, Any]] = [
    {"asks_for_credentials": False},
    {"asks_for_credentials": False, "api_asks": True},
    {"asks_for_credentials": False, "upstream_status": 503},
    {"published_after": 3},
    {"published_after": 10**6},
    {"open_paths": {"/orders"}},
    {"open_paths": {"/payments"}},
    {"opens_after_seconds": 1, "known_after": 10**6},
    {"opens_after_seconds": 1, "registered": set()},
    {"opens_after_seconds": 1, "knows_its_clients": False},
]


def before(world: SmokeWorld) -> tuple[Claim, ...]:
    """What is asked before the application is registered."""
    tenant = a_tenant()
    ctx = a_context(world.step_world(), facts(routed=ROUTED), tenant=tenant)
    return before_registration(ctx, tenant.applications[0], tenant.apis[0])


@pytest.mark.parametrize("world", OPEN, ids=str)
def test_no_credentials_reach_an_open_route(world: dict[str, Any]) -> None:
    asked = SmokeWorld(**world)
    claims = asked.claims()
    assert asked.given_away == []
    assert (asked.published_after == 3) is all(claim.verdict is Verdict.OK for claim in claims.values())


@pytest.mark.parametrize("world", OPEN, ids=str)
def test_none_do_before_a_registration(world: dict[str, Any]) -> None:
    asked = SmokeWorld(**world)
    before(asked)
    assert asked.given_away == []


def test_none_reach_an_open_route_that_the_application_does_not_use() -> None:
    applications = [{"name": "checkout", "redirect_uri": "https://shop.example/cb", "apis": ["Payments"]}]
    world = SmokeWorld(open_paths={"/orders"}, registered={"/payments"})
    claims = world.claims(a_tenant(applications=applications))
    assert world.given_away == []
    assert claims["a request without credentials is refused at GET /orders"].verdict is Verdict.FAILED
    told = claims["checkout, which is not registered there, is refused at GET /orders"]
    assert (told.verdict, told.detail[:9]) == (Verdict.UNKNOWN, "not asked")


def test_a_closed_route_beside_an_open_one_is_proved() -> None:
    claims = SmokeWorld(open_paths={"/orders"}).claims()
    assert (claims[OWN].verdict, claims[OWN_2].verdict) == (Verdict.UNKNOWN, Verdict.OK)
    assert claims[OWN].detail.startswith("not asked: the same request without credentials was not refused")


def test_a_route_that_opens_while_it_is_waited_for_is_no_proof() -> None:
    claim = SmokeWorld(opens_after_seconds=1, known_after=10**6).claims()[OWN]
    assert claim.verdict is Verdict.UNKNOWN
    assert claim.detail.startswith("not asked: the same request without credentials was answered 200")


@pytest.mark.parametrize("routed", [(), ("Orders v1",)])
def test_where_the_path_is_not_known_to_be_the_apis_own_route_none_are_sent(routed: tuple[str, ...]) -> None:
    world = SmokeWorld()
    claims = world.claims(routed=routed)
    assert {path for path, client in world.asked if client} == ({"/orders"} if routed else set())
    assert claims[OWN_2].verdict is Verdict.UNKNOWN
    assert "own gateway service" in claims[OWN_2].detail


def test_where_all_is_well_nothing_is_asked_twice() -> None:
    world = SmokeWorld()
    world.claims()
    assert [path for path, _ in world.asked] == ["/orders", "/orders", "/payments", "/payments", "/orders", "/orders"]


def test_a_refusal_counts_for_a_moment_only() -> None:
    """What is nearly right is sent to the first route after the others were asked, which may have taken long."""
    world = SmokeWorld(slow={"/payments": 4.0})
    world.claims()
    assert [client is not None for path, client in world.asked if path == "/orders"] == [False, True, False, True, True]
