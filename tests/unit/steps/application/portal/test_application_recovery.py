"""An application's secret is in Vault before anything else happens, and whatever happens, the next attempt ends with one that works."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Passing, Unknown
from sandbox.konnect.state import Application
from tests.in_process import answered, lost, problem
from tests.unit.kong_in_process import OTHER
from tests.unit.steps.application.one_application import converge, kept, plan, prepared, the_application, works
from tests.unit.steps.contexts import StepWorld, facts


@pytest.fixture
def world() -> StepWorld:
    return prepared()


def test_vault_says_pending_before_the_portal_is_asked(world: StepWorld) -> None:
    world.kong.traffic.once("POST", "/api/v3/applications", answered(problem(503, "Unavailable")))

    with pytest.raises(Passing):
        converge(world)
    assert kept(world)["state"] == "pending" and "client_secret" not in kept(world)


def test_a_lost_answer_to_the_creation_ends_with_a_new_secret_for_the_same_application(world: StepWorld) -> None:
    world.kong.traffic.once("POST", "/api/v3/applications", lost)
    with pytest.raises(Unknown):
        converge(world)
    made = the_application(world).id
    converge(world)

    assert works(world) and the_application(world).id == made
    assert len(world.kong.traffic.bodies("POST", ".*/regenerate-secret")) == 1


def test_a_secret_that_could_not_be_stored_is_replaced_by_the_next_attempt(world: StepWorld) -> None:
    put, puts = world.vault.put, iter([None, Passing("vault", "sealed", "Unseal it.")])

    def sealed_at_the_second(*given: Any, **named: Any) -> int:
        failing = next(puts, None)
        if failing:
            raise failing
        return put(*given, **named)

    world.vault.put = sealed_at_the_second  # type: ignore[method-assign]
    with pytest.raises(Passing):
        converge(world)
    assert kept(world)["state"] == "pending" and len(world.kong.made(Application)) == 1
    converge(world)
    assert works(world)


def test_where_no_new_secret_is_to_be_had_the_application_is_made_anew(world: StepWorld) -> None:
    world.kong.readings.set("portal.regenerate-secret", "409")
    world.kong.traffic.once("POST", "/api/v3/applications", lost)
    with pytest.raises(Unknown):
        converge(world)
    before = the_application(world).id
    outcome = converge(world)

    assert works(world) and the_application(world).id != before
    assert "its client id is new" in outcome.warnings[0]


def test_an_application_that_was_made_anew_is_not_changed_under_its_old_id(world: StepWorld) -> None:
    converge(world)
    kept(world)["state"], the_application(world).description = "pending", "theirs"
    world.kong.readings.set("portal.regenerate-secret", "409")
    converge(world)

    assert works(world) and the_application(world).description == "Shop"


def test_as_long_as_the_old_application_is_there_its_credentials_stay_in_vault(world: StepWorld) -> None:
    converge(world)
    the_application(world).strategy_id = OTHER
    world.kong.traffic.once("DELETE", ".*", answered(problem(429, "Too Many Requests")))

    with pytest.raises(Passing):
        converge(world, rules={"on_conflict": "overwrite"})
    assert works(world)


def test_a_deletion_whose_answer_is_lost_is_carried_through(world: StepWorld) -> None:
    world.kong.readings.set("portal.regenerate-secret", "409")
    world.kong.traffic.once("POST", "/api/v3/applications", lost)
    world.kong.traffic.once("DELETE", ".*", lost)
    for _ in range(2):
        with pytest.raises(Unknown):
            converge(world)
    converge(world)

    assert works(world)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"state": "pending"}, "a run died"),
        ({"client_secret": ""}, "no secret"),
        ({"client_id": "another"}, "the secret of another client"),
    ],
)
def test_credentials_that_cannot_work_are_replaced(world: StepWorld, damage: dict[str, str], reason: str) -> None:
    converge(world)
    kept(world).update(damage)
    planned = plan(world)
    assert planned.facts == facts(), "later steps must look again: the application may become another"
    converge(world)

    assert works(world), reason


def test_an_application_that_somebody_deleted_is_made_again(world: StepWorld) -> None:
    converge(world)
    world.kong.forget(Application)
    outcome = converge(world)

    assert works(world)
    assert any(change.before and change.before.startswith("credentials of client") for change in outcome.changes)


def test_a_take_over_that_was_interrupted_is_ours_to_finish(world: StepWorld) -> None:
    world.kong.application()
    world.kong.traffic.once("POST", ".*/regenerate-secret", lost)
    with pytest.raises(Unknown):
        converge(world, rules={"on_conflict": "overwrite"})
    converge(world)

    assert works(world)


def test_a_portal_that_does_not_keep_a_change_is_found_out(world: StepWorld) -> None:
    converge(world)
    the_application(world).description = "theirs"
    told = {"id": the_application(world).id, "name": "checkout", "description": "Shop", "created_at": the_application(world).created_at}
    world.kong.traffic.once("PATCH", ".*", answered(httpx.Response(200, json=told)))

    with pytest.raises(CheckFailed, match="did not keep"):
        converge(world)
