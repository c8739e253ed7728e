"""An application of the way `portal`: whose it is, what differs, and what must be there before it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.errors import Conflict, LostLock, Problems, Refused, Unknown
from dcr.results.outcome import Outcome
from sandbox.konnect.state import Application, Developer
from tests.in_process import CarryOut, lost
from tests.unit.kong_in_process import EMAIL, OTHER
from tests.unit.steps.application.one_application import (
    PATH,
    converge,
    facts_of,
    kept,
    plan,
    prepared,
    take_away,
    the_application,
    works,
)
from tests.unit.steps.contexts import StepWorld, facts


@pytest.fixture
def world() -> StepWorld:
    return prepared()


def test_the_secret_that_is_shown_once_is_stored(world: StepWorld) -> None:
    outcome = converge(world)

    assert works(world)
    found = the_application(world)
    assert outcome.facts == facts(applications={"checkout": {"id": found.id, "client_id": found.client_id}})
    assert outcome.vault_paths == (f"vault://dcr/{PATH}",)


def test_a_second_run_writes_nothing_and_knows_the_ids(world: StepWorld) -> None:
    first = converge(world)
    world.kong.traffic.clear()
    second = converge(world)

    assert second.changes == () and second.facts == first.facts
    assert [(method, path) for method, path, _ in world.kong.traffic.sent] == [("GET", f"/api/v3/applications/{the_application(world).id}")]


def test_an_application_that_this_tool_did_not_make_stops_the_run(world: StepWorld) -> None:
    world.kong.application()

    with pytest.raises(Conflict, match="was not made by this tool"):
        converge(world)
    assert world.kong.traffic.writes() == [] and PATH not in world.vault.kept


def test_the_credentials_of_a_deleted_application_are_not_taken_for_those_of_a_foreign_one(world: StepWorld) -> None:
    """The portal need not say which client an application has."""
    converge(world)
    world.kong.forget(Application)
    world.kong.application()

    def without_client(carry_out: CarryOut) -> httpx.Response:
        told = carry_out().json()
        for row in told["data"]:
            del row["client_id"]
        return httpx.Response(200, json=told)

    world.kong.traffic.once("GET", "/api/v3/applications", without_client)

    with pytest.raises(Conflict, match="was not made by this tool"):
        converge(world)


def test_an_application_that_this_tool_did_not_make_is_taken_over_where_the_platform_allows_it(world: StepWorld) -> None:
    found = world.kong.application()
    converge(world, rules={"on_conflict": "overwrite"})

    assert works(world) and the_application(world).id == found.id


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"name": "checkout-2"}, "another name"),
        ({"team_id": StepWorld().kong.team.id}, "a team's"),
        ({"auth_strategy_id": OTHER}, "another strategy's"),
    ],
)
def test_applications_of_another_identity_are_left_alone(world: StepWorld, different: dict[str, Any], reason: str) -> None:
    found = world.kong.application(**different)
    before = replace(found)
    converge(world)

    assert found == before and len(world.kong.made(Application)) == 2, reason


def test_of_several_applications_of_one_identity_the_oldest_is_used_and_the_rest_named(world: StepWorld) -> None:
    first, second = world.kong.application(), world.kong.application()
    first.created_at = "2000-01-01T00:00:00.000Z"
    world.vault.kept[PATH] = ({"state": "pending"}, 1)
    outcome = converge(world)

    assert kept(world)["application_id"] == first.id
    assert second.id in outcome.warnings[0]


@pytest.mark.parametrize(("field", "value"), [("name", "renamed"), ("description", "theirs"), ("redirect_uri", "https://evil.example/")])
def test_a_field_that_somebody_changed_is_put_right_and_nothing_else_is_sent(world: StepWorld, field: str, value: str) -> None:
    converge(world)
    wanted = getattr(the_application(world), field)
    setattr(the_application(world), field, value)
    outcome = converge(world)

    assert [change.path.split("/")[-1] for change in outcome.changes] == [field]
    assert world.kong.traffic.bodies("PATCH") == [{field: wanted}]
    assert works(world)


def test_an_application_that_became_a_teams_is_the_developers_again(world: StepWorld) -> None:
    converge(world)
    the_application(world).owner_type, the_application(world).owner_id = "team", world.kong.team.id
    converge(world)

    assert world.kong.traffic.bodies("PATCH") == [{"team_id": None}]
    assert works(world) and the_application(world).owner_id == world.kong.developer.id


def test_what_surrounds_the_credentials_is_kept_up_to_date_without_touching_them(world: StepWorld) -> None:
    converge(world)
    secret = kept(world)["client_secret"]
    kept(world)["gateway_url"] = "https://old.example"
    kept(world)["note"] = "kept"
    world.kong.traffic.clear()
    outcome = converge(world)

    assert [(change.before, change.after) for change in outcome.changes] == [("https://old.example", "https://gateway.example")]
    assert (kept(world)["gateway_url"], kept(world)["note"], kept(world)["client_secret"]) == ("https://gateway.example", "kept", secret)
    assert world.kong.traffic.writes() == []


def test_another_strategy_stops_the_run_since_it_would_cost_the_client_id(world: StepWorld) -> None:
    converge(world)
    the_application(world).strategy_id = OTHER
    world.kong.traffic.clear()

    with pytest.raises(Conflict, match="another client id and secret"):
        converge(world)
    assert world.kong.traffic.writes() == []


def test_another_strategy_is_had_by_a_new_application_where_the_platform_allows_it(world: StepWorld) -> None:
    converge(world)
    old = the_application(world).id
    the_application(world).strategy_id = OTHER
    converge(world, rules={"on_conflict": "overwrite"})

    assert works(world) and the_application(world).id != old


def test_nothing_is_deleted_without_the_tenants_lock(world: StepWorld) -> None:
    converge(world)
    the_application(world).strategy_id = OTHER
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world, rules={"on_conflict": "overwrite"})
    assert works(world)


def test_a_look_before_the_strategy_exists_plans_the_creation(world: StepWorld) -> None:
    outcome = plan(world, facts(facts_of(world), strategy_id=None))

    assert any(change.after == "(known after apply)" for change in outcome.changes)
    assert outcome.facts == facts() and world.kong.traffic.writes() == []


@pytest.mark.parametrize("missing", ["strategy_id", "issuer", "token_endpoint"])
def test_nothing_is_created_while_something_about_it_is_unknown(world: StepWorld, missing: str) -> None:
    with pytest.raises(Refused, match=missing.replace("_id", "").replace("_", " ")):
        converge(world, facts(facts_of(world), **{missing: None}))
    assert world.kong.traffic.writes() == [] and PATH not in world.vault.kept


def test_nothing_is_created_without_the_tenants_lock(world: StepWorld) -> None:
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world)
    assert world.kong.made(Application) == []


@pytest.mark.parametrize(
    ("login", "words"),
    [
        (None, "holds no email and no password"),
        ({"email": EMAIL}, "holds no password"),
        ({"email": "other@acme.example", "password": "x"}, "another developer than the tenant's owner"),
    ],
)
def test_a_service_developer_who_cannot_be_used_is_a_problem_before_anything_is_written(
    world: StepWorld, login: dict[str, str] | None, words: str
) -> None:
    del world.vault.kept["tenants/acme/developer"]
    if login:
        world.vault.kept["tenants/acme/developer"] = (login, 1)

    assert words in str(plan(world).problems[0])
    with pytest.raises(Problems, match=words):
        converge(world)
    assert world.kong.traffic.sent == []


def test_a_service_developer_outside_the_owning_team_is_a_problem(world: StepWorld) -> None:
    kong = world.kong
    somebody = kong.org.add(Developer(kong.org.new_id(), portal_id=kong.portal.id, email="somebody@acme.example"))
    kong.team.developer_ids[:] = [somebody.id]
    known = facts(facts_of(world), owner_id=kong.team.id)

    assert f"not in the team {kong.team.name}" in str(plan(world, known, owner_type="team", owner=kong.team.name).problems[0])


def test_a_secret_of_somebody_else_in_our_place_is_never_written_over(world: StepWorld) -> None:
    world.vault.kept[PATH] = ({"client_secret": "theirs"}, 3)
    world.vault.foreign.add(PATH)

    assert "did not write" in str(plan(world).problems[0])
    with pytest.raises(Problems):
        converge(world)
    assert kept(world) == {"client_secret": "theirs"}


def test_an_id_in_vault_that_is_none_becomes_no_path(world: StepWorld) -> None:
    world.vault.kept[PATH] = ({"state": "pending", "application_id": "../../developer/me"}, 1)
    converge(world)

    assert works(world)
    assert not [path for _, path, _ in world.kong.traffic.sent if "developer/me" in path]


def test_before_the_portal_is_found_nothing_is_asked_of_it(world: StepWorld) -> None:
    assert plan(world, facts(facts_of(world), portal_url=None)) == Outcome()
    assert world.kong.traffic.sent == []


def test_what_is_taken_away_is_our_application_with_its_client_and_its_record(world: StepWorld) -> None:
    theirs = world.kong.application(name="by-hand")
    converge(world)

    assert take_away(world)
    assert world.kong.made(Application) == [theirs] and world.kong.clients() == [theirs.client_id]
    assert PATH not in world.vault.kept
    assert not take_away(world)


def test_an_application_of_this_name_that_somebody_else_made_stays(world: StepWorld) -> None:
    theirs = world.kong.application()

    assert not take_away(world)
    assert the_application(world) is theirs and world.kong.traffic.writes() == []


def test_a_record_of_somebody_else_in_our_place_stays(world: StepWorld) -> None:
    world.vault.keep(PATH, {"client_secret": "theirs"}, ours=False)

    assert not take_away(world)
    assert kept(world) == {"client_secret": "theirs"} and world.kong.traffic.writes() == []


def test_where_there_is_no_application_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_away(world)
    assert world.kong.traffic.writes() == []


def test_an_application_whose_creation_was_not_heard_of_is_taken_away_too(world: StepWorld) -> None:
    world.kong.traffic.once("POST", "/api/v3/applications", lost)
    with pytest.raises(Unknown):
        converge(world)

    assert take_away(world)
    assert (world.kong.made(Application), world.kong.clients(), PATH in world.vault.kept) == ([], [], False)


def test_an_application_is_taken_away_without_the_portals_login(world: StepWorld) -> None:
    converge(world)
    del world.vault.kept["tenants/acme/developer"]
    world.kong.traffic.clear()

    assert take_away(world, facts(facts_of(world), portal_id=None))
    assert (world.kong.made(Application), world.kong.clients(), PATH in world.vault.kept) == ([], [], False)
    assert not [path for _, path, _ in world.kong.traffic.sent if path.startswith("/api/")]
