"""What a tenant builds on is looked for, and all that is missing is told in one go."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.results.outcome import Outcome
from dcr.steps.preflight import portal_and_apis
from tests.unit.konnect.region import PORTAL
from tests.unit.steps.contexts import Surroundings, a_tenant

UNLINKED, ACE = "not linked to a gateway service", "whole control plane"
SYNC_ERROR = {"message": "plugin exists", "control_plane_error": "control_plane_error_plugin_conflict"}


@pytest.fixture
def around() -> Surroundings:
    return Surroundings().with_portal()


def converge(around: Surroundings, **tenant: Any) -> Outcome:
    return portal_and_apis.converge(around.run(a_tenant(**tenant), write=False), {}, "")


def faults(outcome: Outcome) -> list[str]:
    return [str(problem) for problem in outcome.problems]


def test_all_facts_are_found_when_everything_is_there(around: Surroundings) -> None:
    region = around.region
    outcome = converge(around)

    assert outcome.problems == () and outcome.changes == ()
    assert outcome.facts == {
        "portal.id": region.portals[0]["id"],
        "portal.url": PORTAL,
        "portal.auto_approve_applications": "false",
        "owner.id": region.developers[0]["id"],
        "api.Orders v1.id": region.apis[0]["id"],
        "api.Payments.id": region.apis[1]["id"],
    }
    assert region.writes() == []


def test_the_portals_address_can_be_set() -> None:
    around = Surroundings().with_portal()
    run = around.run(write=False)
    run.systems.settings.portal.url = "https://127.0.0.1:8443"

    assert portal_and_apis.converge(run, {}, "").facts["portal.url"] == "https://127.0.0.1:8443"


@pytest.mark.parametrize(
    ("broken", "words", "reason"),
    [
        (lambda region: region.portals.clear(), "no such portal", "a missing portal"),
        (lambda region: region.portals[0].update(name="acme-portal-2"), "no such portal", "a portal of nearly that name"),
        (lambda region: region.portals[0].update(authentication_enabled=False), "authentication_enabled is off", "a public portal"),
        (lambda region: setattr(region, "basic_auth", False), "basic_auth_enabled is off", "only SSO"),
        (lambda region: region.apis.pop(0), "no such API", "a missing API"),
        (lambda region: region.apis[0].update(version="v2"), "Its versions are 'v2'", "another version"),
        (lambda region: region.apis[1].update(version="v1"), "Its versions are 'v1'", "a version where none is asked for"),
        (lambda region: region.implementations.pop(0), UNLINKED, "no link: the gateway lets everyone in"),
        (lambda region: region.implementations[0].pop("service"), ACE, "a link to a whole control plane"),
        (
            lambda region: region.implementations[0]["service"].update(auth_strategy_sync_error=SYNC_ERROR),
            "control_plane_error_plugin_conflict - plugin exists",
            "the plugin is not installed",
        ),
        (lambda region: region.developers.clear(), "no such developer", "a missing owner"),
        (lambda region: region.developers[0].update(status="pending"), "the developer is pending", "an owner who is not approved"),
        (lambda region: region.developers[0].update(status="revoked"), "the developer is revoked", "an owner who was thrown out"),
    ],
)
def test_each_missing_thing_is_one_problem(around: Surroundings, broken: Any, words: str, reason: str) -> None:
    broken(around.region)
    told = faults(converge(around))

    assert len(told) == 1, reason
    assert words in told[0]


def test_several_faults_are_told_at_once(around: Surroundings) -> None:
    around.region.portals[0]["authentication_enabled"] = False
    around.region.apis.pop(1)
    around.region.implementations[0]["service"]["auth_strategy_sync_error"] = SYNC_ERROR
    around.region.developers[0]["status"] = "rejected"

    assert len(faults(converge(around))) == 4


def test_a_sync_error_that_is_null_is_none(around: Surroundings) -> None:
    around.region.implementations[0]["service"]["auth_strategy_sync_error"] = None

    assert faults(converge(around)) == []


def test_a_password_login_is_needed_only_for_the_way_portal(around: Surroundings) -> None:
    around.region.basic_auth = False
    application = {"name": "checkout", "redirect_uri": "https://shop.example/cb", "way": "import"}

    assert faults(converge(around, applications=[application])) == []


@pytest.mark.parametrize(
    ("team", "words"),
    [
        ({"name": "shop", "can_own_applications": True}, ""),
        ({"name": "shop"}, ""),
        ({"name": "shop", "can_own_applications": False}, "may not own applications"),
        ({"name": "Shop"}, "no such team"),
    ],
)
def test_a_team_must_exist_and_be_allowed_to_own(around: Surroundings, team: dict[str, Any], words: str) -> None:
    made = around.region.add(around.region.teams, **team)
    outcome = converge(around, owner_type="team", owner="shop")

    assert [words in fault for fault in faults(outcome)] == ([True] if words else [])
    assert outcome.facts.get("owner.id") == (None if words.startswith("no") else made["id"])


def test_a_portal_of_another_name_is_not_believed_whatever_the_filter_does(around: Surroundings) -> None:
    around.region.portals[0]["name"] = "other-portal"
    page = {"data": around.region.portals, "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    around.region.once("GET", "/v3/portals", lambda _: httpx.Response(200, json=page))

    assert "no such portal" in faults(converge(around))[0]


def test_an_owner_is_found_whatever_the_case_of_the_address(around: Surroundings) -> None:
    around.region.developers[0]["email"] = "svc@acme.example"
    page = {"data": [around.region.developers[0]], "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    around.region.once("GET", ".*/developers", lambda _: httpx.Response(200, json=page))

    assert faults(converge(around, owner="SVC@acme.example")) == []


def test_names_with_a_comma_are_asked_for_one_by_one(around: Surroundings) -> None:
    """A comma would split the filter's list."""
    around.region.apis[0]["name"] = "Orders, all"
    apis = [{"name": "Orders, all", "version": "v1", "path": "/o"}, {"name": "Payments", "path": "/p"}]

    assert faults(converge(around, apis=apis)) == []
    assert len([path for _, path, _ in around.region.sent if path == "/v3/apis"]) == 2
