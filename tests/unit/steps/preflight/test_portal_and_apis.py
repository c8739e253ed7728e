"""What a tenant builds on is looked for, and all that is missing is told in one go."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.results.outcome import Outcome
from dcr.steps.preflight import portal_and_apis
from sandbox.konnect.state import Route, Team
from tests.in_process import CarryOut, answered, page, refused
from tests.unit.kong_in_process import EMAIL, KongInProcess, portal_url
from tests.unit.steps.contexts import StepWorld, a_tenant, facts, planned

UNLINKED, ACE = "not linked to a gateway service", "whole control plane"
SYNC_ERROR = {"message": "plugin exists", "control_plane_error": "control_plane_error_plugin_conflict"}
LINKS = ("GET", "/v3/api-implementations")
APIS = (("Orders", "v1"), ("Payments", ""))
ROUTES = ".*/core-entities/services/[^/]+/routes"


@pytest.fixture
def world() -> StepWorld:
    return StepWorld()


def plan(world: StepWorld, **tenant: Any) -> Outcome:
    return planned(portal_and_apis, world, facts(), tenant=a_tenant(**tenant))


def faults(outcome: Outcome) -> list[str]:
    return [str(problem) for problem in outcome.problems]


def links_with(world: StepWorld, service: Any) -> None:
    """The first API's link is answered with this as its service."""

    def change(carry_out: CarryOut) -> httpx.Response:
        told = carry_out().json()
        told["data"][0]["service"] = service if service is None else told["data"][0]["service"] | service
        return httpx.Response(200, json=told)

    world.kong.traffic.once(*LINKS, change)


def test_all_facts_are_found_when_everything_is_there(world: StepWorld) -> None:
    kong = world.kong
    outcome = plan(world)

    assert outcome.problems == () and outcome.changes == ()
    assert outcome.facts == facts(
        portal_id=kong.portal.id,
        portal_url=portal_url(),
        portal_auto_approves="false",
        owner_id=kong.developer.id,
        apis={"Orders v1": kong.api("Orders").id, "Payments": kong.api("Payments").id},
        routed=("Orders v1", "Payments"),
    )
    assert kong.traffic.writes() == []


def test_the_portals_address_can_be_set() -> None:
    found = plan(StepWorld(portal_override="https://127.0.0.1:8443")).facts

    assert facts(found, portal_url="https://127.0.0.1:8443") == found


@pytest.mark.parametrize(
    ("broken", "words", "reason"),
    [
        (lambda kong: kong.org.drop(kong.portal), "no such portal", "a missing portal"),
        (lambda kong: setattr(kong.portal, "name", "acme-portal-2"), "no such portal", "a portal of nearly that name"),
        (lambda kong: setattr(kong.portal, "authentication_enabled", False), "authentication_enabled is off", "a public portal"),
        (lambda kong: kong.portal.authentication.update(basic_auth_enabled=False), "basic_auth_enabled is off", "only SSO"),
        (lambda kong: kong.org.drop(kong.api("Orders")), "no such API", "a missing API"),
        (lambda kong: setattr(kong.api("Orders"), "version", "v2"), "Its versions are 'v2'", "another version"),
        (lambda kong: setattr(kong.api("Payments"), "version", "v1"), "Its versions are 'v1'", "a version where none is asked for"),
        (lambda kong: kong.org.drop(kong.link("Orders")), UNLINKED, "no link: the gateway lets everyone in"),
        (lambda kong: kong.org.drop(kong.developer), "no such developer", "a missing owner"),
        (lambda kong: setattr(kong.developer, "status", "pending"), "the developer is pending", "an owner who is not approved"),
        (lambda kong: setattr(kong.developer, "status", "revoked"), "the developer is revoked", "an owner who was thrown out"),
    ],
)
def test_each_missing_thing_is_one_problem(world: StepWorld, broken: Any, words: str, reason: str) -> None:
    broken(world.kong)
    told = faults(plan(world))

    assert len(told) == 1, reason
    assert words in told[0]


@pytest.mark.parametrize(
    ("service", "words"),
    [(None, ACE), ({"auth_strategy_sync_error": SYNC_ERROR}, "control_plane_error_plugin_conflict - plugin exists")],
    ids=["a link to a whole control plane", "the plugin is not installed"],
)
def test_a_link_that_means_nothing_to_the_gateway_is_one_problem(world: StepWorld, service: Any, words: str) -> None:
    links_with(world, service)
    (told,) = faults(plan(world))

    assert words in told


def test_a_plugin_that_is_installed_nowhere_is_told_for_each_api(world: StepWorld) -> None:
    world.kong.publish("Orders", strategy_ids=["s"])
    world.kong.publish("Payments", strategy_ids=["s"])
    world.kong.service.set_knobs({"sync_error": True})

    assert ["is not installed" in told for told in faults(plan(world))] == [True, True]


def test_several_faults_are_told_at_once(world: StepWorld) -> None:
    kong = world.kong
    kong.portal.authentication_enabled = False
    kong.org.drop(kong.api("Payments"))
    kong.developer.status = "rejected"
    links_with(world, {"auth_strategy_sync_error": SYNC_ERROR})

    assert len(faults(plan(world))) == 4


def test_a_sync_error_that_is_null_is_none(world: StepWorld) -> None:
    links_with(world, {"auth_strategy_sync_error": None})

    assert faults(plan(world)) == []


def test_a_password_login_is_needed_only_for_the_way_portal(world: StepWorld) -> None:
    world.kong.portal.authentication["basic_auth_enabled"] = False
    application = {"name": "checkout", "redirect_uri": "https://shop.example/cb", "way": "import"}

    assert faults(plan(world, applications=[application])) == []


@pytest.mark.parametrize(
    ("name", "may_own", "words"),
    [("shop", True, ""), ("shop", False, "may not own applications"), ("Shop", True, "no such team")],
)
def test_a_team_must_exist_and_be_allowed_to_own(world: StepWorld, name: str, may_own: bool, words: str) -> None:
    kong = world.kong
    made = kong.org.add(Team(kong.org.new_id(), portal_id=kong.portal.id, name=name, can_own_applications=may_own))
    outcome = plan(world, owner_type="team", owner="shop")

    assert [words in fault for fault in faults(outcome)] == ([True] if words else [])
    owner = None if words.startswith("no") else made.id
    assert outcome.facts == facts(outcome.facts, owner_id=owner)


def test_a_team_that_is_not_said_to_be_barred_may_own(world: StepWorld) -> None:
    team = page({"id": world.kong.team.id, "name": "shop"})
    world.kong.traffic.once("GET", ".*/teams", answered(team))

    assert faults(plan(world, owner_type="team", owner="shop")) == []


def test_a_portal_of_another_name_is_not_believed_whatever_the_filter_does(world: StepWorld) -> None:
    row = {"id": world.kong.portal.id, "name": "other-portal", "authentication_enabled": True, "canonical_domain": "p.example"}
    world.kong.traffic.once("GET", "/v3/portals", answered(page(row)))

    assert "no such portal" in faults(plan(world))[0]


def test_an_owner_is_found_whatever_the_case_of_the_address(world: StepWorld) -> None:
    row = {"id": world.kong.developer.id, "email": EMAIL, "status": "approved"}
    world.kong.traffic.once("GET", ".*/developers", answered(page(row)))

    assert faults(plan(world, owner=EMAIL.upper())) == []


def test_names_with_a_comma_are_asked_for_one_by_one(world: StepWorld) -> None:
    """A comma would split the filter's list."""
    world.kong.api("Orders").name = "Orders, all"
    apis = [{"name": "Orders, all", "version": "v1", "path": "/orders"}, {"name": "Payments", "path": "/payments"}]

    assert faults(plan(world, apis=apis)) == []
    assert len([path for _, path, _ in world.kong.traffic.sent if path == "/v3/apis"]) == 2


@pytest.mark.parametrize("size", ["3", "100"])
def test_pages_of_any_size_are_read_to_their_end(size: str) -> None:
    world = StepWorld(KongInProcess(konnect_page_size=size))

    assert faults(plan(world)) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"path": "/public"}, "GET '/public' at https://gateway.example is no route of the gateway service that Orders v1 is linked to"),
        ({"path": "/payments"}, "Its routes: any method /orders by https. Write one of them"),  # another API's route
        ({"path": "/orders/1", "method": "HEAD"}, ""),
    ],
)
def test_a_proof_has_to_take_a_route_of_the_apis_own_service(world: StepWorld, asked: dict[str, str], words: str) -> None:
    outcome = plan(world, apis=[{"name": "Orders", "version": "v1", "path": "/orders"} | asked])

    assert [words in told for told in faults(outcome)] == ([True] if words else [])
    assert [problem.field for problem in outcome.problems] == (["tenant.apis[0].path"] if words else [])
    assert outcome.facts.routed == (frozenset() if words else {"Orders v1"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"methods": ("POST",)}, "Its routes: POST /payments by https"),
        ({"protocols": ("http",)}, "Its routes: any method /payments by http."),
        ({"paths": ("/pay",)}, ""),
        ({"service_id": "elsewhere"}, "It has no routes. Have one added on the control plane"),
    ],
)
def test_a_route_that_was_changed_is_told_by_its_api(world: StepWorld, change: dict[str, Any], words: str) -> None:
    route = next(one for one in world.kong.org.all(Route) if one.name == "payments")
    for name, value in change.items():
        setattr(route, name, value)
    outcome = plan(world)

    assert [problem.field for problem in outcome.problems] == (["tenant.apis[1].path"] if words else [])
    assert [words in told for told in faults(outcome)] == ([True] if words else [])


def test_without_the_right_to_read_routes_nothing_is_routed_and_the_role_is_named(world: StepWorld) -> None:
    world.kong.traffic.once("GET", ROUTES, refused(403, code=7, message="usage constraint error"))
    outcome = plan(world)

    (told,) = faults(outcome)
    assert "role Control Planes: Viewer" in told
    assert outcome.facts.routed == frozenset()
    assert len([path for _, path, _ in world.kong.traffic.sent if path.endswith("/routes")]) == 1, "the same right is missing for both"


def test_a_service_that_apis_share_is_read_once(world: StepWorld) -> None:
    orders, payments = world.kong.link("Orders"), world.kong.link("Payments")
    payments.service_id = orders.service_id
    outcome = plan(world, apis=[{"name": name, "version": version, "path": "/orders"} for name, version in APIS])

    assert faults(outcome) == []
    assert len([path for _, path, _ in world.kong.traffic.sent if path.endswith("/routes")]) == 1
