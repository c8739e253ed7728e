"""Publications: bound to our strategy, and nobody's registrations lost without a word."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.errors import CheckFailed, Conflict, Refused
from dcr.konnect.publications import Publication
from dcr.results.changes import Change
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import publication
from dcr.steps.portal_binding.publication import PublicationSpec, PublicationState
from dcr.steps.portal_binding.publication_owner import Ownership
from dcr.steps.table import PUBLICATION
from sandbox.konnect.state import Application, Registration
from sandbox.konnect.state import Publication as Published
from tests.in_process import CarryOut
from tests.unit.kong_in_process import OTHER as THEIRS
from tests.unit.kong_in_process import STRATEGY as OURS
from tests.unit.steps.contexts import StepWorld, a_context, a_platform, a_tenant, all_planned, converged, facts, planned

WANTED = PublicationSpec(OURS, True, "private")
ANOTHER, NONE = "with another auth strategy", "without an auth strategy"


@pytest.mark.parametrize(
    ("found", "wanted", "expected", "conflict", "reason"),
    [
        ({"auth_strategy_ids": [OURS], "auto_approve_registrations": True, "visibility": "private"}, WANTED, {}, "", "nothing differs"),
        (
            {"auth_strategy_ids": [OURS], "visibility": "public"},
            WANTED,
            {"auto_approve_registrations": ("off", "on"), "visibility": ("public", "private")},
            "",
            "an approval that is not told is off",
        ),
        (
            {"auth_strategy_ids": [THEIRS], "auto_approve_registrations": True, "visibility": "private"},
            WANTED,
            {"auth_strategy_ids": (THEIRS, OURS)},
            ANOTHER,
            "other people's applications would be refused",
        ),
        (
            {"auth_strategy_ids": None, "auto_approve_registrations": True, "visibility": "private"},
            WANTED,
            {"auth_strategy_ids": ("(none)", OURS)},
            NONE,
            "it was open until now",
        ),
        (
            {"auth_strategy_ids": [THEIRS], "auto_approve_registrations": True, "visibility": "private"},
            PublicationSpec(None, True, "private"),
            {"auth_strategy_ids": (THEIRS, "(known after apply)")},
            ANOTHER,
            "a strategy that is yet to be made is another one",
        ),
    ],
)
def test_the_difference_names_each_leaf(
    found: dict[str, Any], wanted: PublicationSpec, expected: dict[str, Any], conflict: str, reason: str
) -> None:
    changes = diff(Publication.model_validate(found), wanted)

    assert {change.path.rsplit("/", 1)[-1]: (change.before, change.after) for change in changes} == expected, reason
    assert conflict in "".join(change.conflict for change in changes)
    assert bool(conflict) == any(change.conflict for change in changes)


def diff(found: Publication, wanted: PublicationSpec) -> tuple[Change, ...]:
    approval = "automatic" if wanted.auto_approve_registrations else "by a portal admin"
    tenant = a_tenant(visibility=wanted.visibility, registration_approval=approval)
    ctx = a_context(StepWorld(), facts(portal_id="p", strategy_id=wanted.auth_strategy_id), tenant=tenant)
    own = Ownership("acme", ("acme",), version=1)
    return PUBLICATION.diff(ctx, "Orders v1", PublicationState(True, found, ownership=own)).changes


@pytest.fixture
def world() -> StepWorld:
    made = StepWorld()
    made.kong.with_strategies()
    return made


def facts_of(world: StepWorld) -> Facts:
    return facts(
        portal_id=world.kong.portal.id,
        portal_auto_approves="false",
        strategy_id=OURS,
        apis={label: world.kong.api(label).id for label in ("Orders v1", "Payments")},
    )


def plan(world: StepWorld, known: Facts | None = None) -> Outcome:
    return planned(publication, world, facts_of(world) if known is None else known, "Orders v1")


def converge(world: StepWorld, known: Facts | None = None, rules: Any = None, **tenant: Any) -> Outcome:
    given = facts_of(world) if known is None else known
    return converged(publication, world, given, "Orders v1", tenant=a_tenant(**tenant), platform=a_platform(**(rules or {})))


def put(world: StepWorld) -> Any:
    return world.kong.traffic.bodies("PUT")[0]


@pytest.mark.parametrize(
    ("tenant", "approves", "visibility"),
    [
        ({}, True, "private"),
        ({"registration_approval": "by this run"}, False, "private"),
        ({"registration_approval": "by a portal admin", "visibility": "public"}, False, "public"),
    ],
)
def test_an_api_is_published_as_the_tenant_says(world: StepWorld, tenant: dict[str, Any], approves: bool, visibility: str) -> None:
    converge(world, **tenant)

    assert put(world) == {"auth_strategy_ids": [OURS], "auto_approve_registrations": approves, "visibility": visibility}


def test_a_second_run_writes_nothing(world: StepWorld) -> None:
    converge(world)
    world.kong.traffic.clear()

    assert converge(world).changes == ()
    assert [method for method, _, _ in world.kong.traffic.sent] == ["GET"]


def test_a_look_at_all_apis_asks_once(world: StepWorld) -> None:
    all_planned([(publication, "Orders v1"), (publication, "Payments")], world, facts_of(world))

    assert len(world.kong.traffic.sent) == 1


def published_otherwise(world: StepWorld, strategies: list[str] | None, approved: int) -> None:
    kong = world.kong
    kong.publish("Orders v1", strategy_ids=strategies, auto_approve=True)
    for status in [*["approved"] * approved, "pending"]:
        theirs = kong.org.add(Application(kong.org.new_id(), portal_id=kong.portal.id, name=f"theirs {len(kong.made(Application))}"))
        kong.register(theirs, "Orders v1", status)


@pytest.mark.parametrize(
    ("strategies", "approved", "words"),
    [([THEIRS], 3, "3 approved registrations would lose"), (None, 1, "1 approved registration would lose")],
)
def test_another_strategy_stops_the_run_and_says_how_many_lose_access(
    world: StepWorld, strategies: list[str] | None, approved: int, words: str
) -> None:
    published_otherwise(world, strategies, approved)

    with pytest.raises(Conflict, match=words):
        converge(world)
    assert world.kong.traffic.writes() == []
    assert words in plan(world).changes[0].conflict


def test_another_strategy_is_replaced_where_the_platform_allows_it(world: StepWorld) -> None:
    published_otherwise(world, [THEIRS], 1)
    converge(world, rules={"on_conflict": "overwrite"})

    assert world.kong.publication("Orders v1").strategy_ids == [OURS]
    assert len(world.kong.made(Registration)) == 2


def test_a_portal_that_approves_everything_is_not_asked_for_less_and_that_is_said(world: StepWorld) -> None:
    """Its setting cannot be overruled for one API (docs/vendors/konnect.md, Portals): asking for less would differ for ever."""
    known = facts(facts_of(world), portal_auto_approves="true")
    outcome = converge(world, known, registration_approval="by a portal admin")

    assert put(world)["auto_approve_registrations"] is True
    assert "approves every registration by itself" in outcome.warnings[0]


def test_what_preflight_has_found_missing_is_not_told_twice(world: StepWorld) -> None:
    assert plan(world, facts()) == Outcome()


def test_no_placeholder_is_ever_written(world: StepWorld) -> None:
    with pytest.raises(Refused, match="auth strategy"):
        converge(world, facts(facts_of(world), strategy_id=None))
    assert world.kong.traffic.writes() == []


def test_a_konnect_that_accepts_and_keeps_nothing_is_found_out(world: StepWorld) -> None:
    world.kong.service.set_knobs({"forgets_publications": True})

    with pytest.raises(CheckFailed, match="did not keep"):
        converge(world)
    assert world.kong.made(Published) == []


def test_a_konnect_that_keeps_another_strategy_is_found_out(world: StepWorld) -> None:
    def forgetful(carry_out: CarryOut) -> Any:
        answer = carry_out()
        world.kong.publication("Orders v1").strategy_ids = None
        return answer

    world.kong.traffic.once("PUT", ".*", forgetful)
    with pytest.raises(CheckFailed, match="auth_strategy_ids"):
        converge(world)


def test_an_auth_plugin_that_cannot_be_installed_is_told(world: StepWorld) -> None:
    world.kong.service.set_knobs({"sync_error": True})

    assert "control_plane_error_plugin_conflict - The auth plugin could not be installed" in converge(world).warnings[0]
