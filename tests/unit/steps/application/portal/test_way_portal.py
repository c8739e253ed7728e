"""The whole way from a portal to approved credentials, stage by stage, and what a second walk costs."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.portal_binding import auth_strategy, dcr_provider, publication
from dcr.steps.preflight import portal_and_apis
from sandbox.konnect.state import Application, Provider, Publication, Registration, Strategy
from tests.in_process import answered, problem
from tests.unit.kong_in_process import CURITY, EMAIL, INITIAL_SECRET, ISSUER, PASSWORD, TOKEN, TOKEN_PATH
from tests.unit.steps.contexts import FACTS, StepWorld, a_tenant, all_converged, all_planned, facts, summed

WALK = (
    (portal_and_apis, ""),
    (dcr_provider, ""),
    (auth_strategy, ""),
    (publication, "Orders v1"),
    (publication, "Payments"),
    (application, "checkout"),
    (registrations, "checkout"),
)


def walk(world: StepWorld, **options: Any) -> Outcome:
    """Every step in order, as one outcome."""
    return summed(all_converged(WALK, world, FACTS, **options))


def look(world: StepWorld, known: Facts = FACTS) -> Outcome:
    """One look over all of them, as one outcome."""
    return summed(all_planned(WALK, world, known))


def statuses(world: StepWorld) -> list[str]:
    return [one.status for one in world.kong.made(Registration)]


def ready() -> StepWorld:
    return StepWorld().with_initial_client().with_developer()


def test_the_walk_ends_with_one_of_each_and_the_secret_in_vault() -> None:
    world = ready()
    outcome = walk(world)

    kong = world.kong
    assert [len(kong.made(kind)) for kind in (Provider, Strategy, Publication, Application)] == [1, 1, 2, 1]
    assert statuses(world) == ["approved", "approved"]
    made = kong.only(Application)
    kept, _ = world.vault.kept["tenants/acme/applications/checkout"]
    assert kept == {
        "state": "active",
        "way": "portal",
        "application_id": made.id,
        "client_id": made.client_id,
        "client_secret": kept["client_secret"],
        "issuer": ISSUER,
        "token_endpoint": f"{CURITY}{TOKEN_PATH}",
        "gateway_url": "https://gateway.example",
        "requested_by": "Ada",
        "ticket": "",
        "portal_id": kong.portal.id,
        "portal": "acme-portal",
        "owner_type": "developer",
        "owner": EMAIL,
        "developer": EMAIL,
    }
    assert kong.is_secret(made.client_id, kept["client_secret"])
    assert facts(outcome.facts, applications={"checkout": {"registrations": "approved"}}) == outcome.facts
    assert {claim.verdict for claim in outcome.claims} == {Verdict.OK}


def test_a_second_walk_finds_no_difference_within_its_share_of_twenty_requests() -> None:
    world = ready()
    walk(world)
    world.kong.traffic.clear()
    world.portals.clear()  # another process: it has to log in again
    outcome = look(world)

    assert outcome.changes == () and outcome.problems == ()
    assert world.kong.traffic.writes() == []
    to_portal = [path for _, path, _ in world.kong.traffic.sent if path.startswith("/api/v3")]
    assert len(to_portal) <= 4
    assert len(world.kong.traffic.sent) - len(to_portal) <= 11  # two of them for the routes of two services


def test_a_look_at_a_fresh_platform_plans_every_stage_and_writes_nothing() -> None:
    world = ready()
    outcome = look(world, facts())

    assert world.kong.traffic.writes() == []
    assert outcome.problems == ()
    planned = {change.path.split("/")[1] for change in outcome.changes if change.path.startswith("konnect")}
    assert planned == {"dcr-providers", "application-auth-strategies", "portals"}
    assert any(change.path == "vault://dcr/tenants/acme/applications/checkout" for change in outcome.changes)
    assert any(change.path.endswith("registrations/Orders v1/status") for change in outcome.changes)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v2/dcr-providers/[^/]+/verify", 403),
        ("POST", "/v2/application-auth-strategies", 403),
        ("PUT", "/v3/apis/.+", 403),
        ("POST", "/api/v3/applications", 404),
        ("GET", "/v3/portals/.+/registrations", 403),
        ("POST", "/api/v3/applications/.+/registrations", 404),
    ],
)
def test_what_one_step_just_created_may_be_unknown_to_the_next_for_a_while(method: str, path: str, status: int) -> None:
    """Also between platform API and portal: each must know what was created through the other."""
    world = ready()
    for _ in range(3):
        world.kong.traffic.once(method, path, answered(problem(status, "x")))
    walk(world)

    assert statuses(world) == ["approved", "approved"]


def test_the_portal_may_not_know_a_new_publication_at_once() -> None:
    world = ready()
    walk(world)
    world.time.pass_by(60)
    world.kong.forget(Publication, Registration)
    world.kong.traffic.once("POST", "/api/v3/applications/.+/registrations", answered(problem(404, "Not Found")))
    walk(world)

    assert statuses(world) == ["approved", "approved"]


def test_a_team_owns_the_application_if_the_tenant_says_so() -> None:
    world = ready()
    team = world.kong.team
    walk(world, tenant=a_tenant(owner_type="team", owner=team.name))

    assert world.kong.only(Application).owner_id == team.id


def test_no_secret_is_in_anything_a_step_returns() -> None:
    world = ready()
    shown = repr(walk(world))
    secret = world.vault.kept["tenants/acme/applications/checkout"][0]["client_secret"]

    for one in (INITIAL_SECRET, PASSWORD, TOKEN, secret):
        assert one not in shown
