"""The whole way from a portal to approved credentials, stage by stage, and what a second walk costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.context import Run
from dcr.steps.portal_binding import auth_strategy, dcr_provider, publication
from dcr.steps.preflight import portal_and_apis
from tests.unit.konnect.region import EMAIL, problem
from tests.unit.steps.contexts import FACTS, Surroundings, a_tenant

WALK = (
    (portal_and_apis.converge, ""),
    (dcr_provider.converge, ""),
    (auth_strategy.converge, ""),
    (publication.converge, "Orders v1"),
    (publication.converge, "Payments"),
    (application.converge, "checkout"),
    (registrations.converge, "checkout"),
)


def walk(run: Run, facts: dict[str, str] = FACTS) -> Outcome:
    """Every step in order, as one outcome."""
    whole = Outcome(facts=dict(facts))
    for converge, item in WALK:
        step = converge(run, whole.facts, item)
        whole = replace(
            whole,
            facts=whole.facts | step.facts,
            changes=whole.changes + step.changes,
            problems=whole.problems + step.problems,
            claims=whole.claims + step.claims,
        )
    return whole


def ready() -> Surroundings:
    return Surroundings().with_initial_client().with_portal()


def test_the_walk_ends_with_one_of_each_and_the_secret_in_vault() -> None:
    around = ready()
    outcome = walk(around.run())

    region = around.region
    assert [len(kind) for kind in (region.providers, region.strategies, region.publications, region.applications)] == [1, 1, 2, 1]
    assert [one["status"] for one in region.registrations] == ["approved", "approved"]
    client_id = region.applications[0]["client_id"]
    kept, _ = around.vault.kept["tenants/acme/applications/checkout"]
    assert kept == {
        "state": "active",
        "way": "portal",
        "application_id": region.applications[0]["id"],
        "client_id": client_id,
        "client_secret": f"secret-of-{client_id}",
        "issuer": FACTS["issuer"],
        "token_endpoint": FACTS["token_endpoint"],
        "gateway_url": "https://gateway.example",
        "requested_by": "Ada",
        "ticket": "",
    }
    assert outcome.facts["application.checkout.registrations"] == "approved"
    assert {claim.verdict for claim in outcome.claims} == {Verdict.OK}


def test_a_second_walk_finds_no_difference_within_its_share_of_twenty_requests() -> None:
    around = ready()
    walk(around.run())
    around.region.sent.clear()
    around.portals.clear()  # another process: it has to log in again
    outcome = walk(around.run(write=False))

    assert outcome.changes == () and outcome.problems == ()
    assert around.region.writes() == []
    to_portal = [path for _, path, _ in around.region.sent if path.startswith("/api/v3")]
    assert len(to_portal) <= 4
    assert len(around.region.sent) - len(to_portal) <= 10


def test_a_look_at_a_fresh_platform_plans_every_stage_and_writes_nothing() -> None:
    around = ready()
    outcome = walk(around.run(write=False), facts={})

    assert around.region.writes() == []
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
    around = ready()
    for _ in range(3):
        around.region.once(method, path, lambda _: problem(status, "x"))
    walk(around.run())

    assert [one["status"] for one in around.region.registrations] == ["approved", "approved"]


def test_the_portal_may_not_know_a_new_publication_at_once() -> None:
    around = ready()
    walk(around.run())
    around.now += 60
    around.region.publications.clear()
    around.region.registrations.clear()
    around.region.once("POST", "/api/v3/applications/.+/registrations", lambda _: problem(404, "Not Found"))
    walk(around.run())

    assert [one["status"] for one in around.region.registrations] == ["approved", "approved"]


def test_a_team_owns_the_application_if_the_tenant_says_so() -> None:
    around = ready()
    team = around.region.add(around.region.teams, name="shop", can_own_applications=True)
    around.region.add(around.region.members, email=EMAIL)
    walk(around.run(a_tenant(owner_type="team", owner="shop")))

    assert around.region.applications[0]["team_id"] == team["id"]


def test_no_secret_is_in_anything_a_step_returns() -> None:
    around = ready()
    shown = repr(walk(around.run()))

    for secret in ("initial-secret", "portal-password", "kpat_test", "secret-of"):
        assert secret not in shown
