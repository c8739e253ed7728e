"""An application's secret is in Vault before anything else happens, and whatever happens, the next attempt ends with one that works."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Passing, Refused, Unknown
from sandbox.konnect.state import Application
from tests.in_process import answered, lost, problem
from tests.unit.kong_in_process import OTHER
from tests.unit.steps.application.one_application import PATH, converge, kept, plan, prepared, the_application, works
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


THEIRS = "tenants/globex/applications/checkout"


def pending(world: StepWorld, *, claimed_by: dict[str, str] | None = None) -> str:
    """An application of our owner, name and strategy is there, and our record is unfinished; its id."""
    found = world.kong.application()
    world.vault.put(PATH, {"state": "pending", "way": "portal"})
    if claimed_by:
        world.vault.put(THEIRS, {name: value.replace("its id", found.id) for name, value in claimed_by.items()})
    return found.id


def test_an_application_that_another_tenants_record_claims_is_never_ours(world: StepWorld) -> None:
    theirs = pending(world, claimed_by={"state": "active", "application_id": "its id", "client_id": "c", "client_secret": "s"})
    converge(world)

    assert kept(world)["application_id"] not in ("", theirs) and len(world.kong.made(Application)) == 2
    assert not [path for method, path in world.kong.traffic.writes() if theirs in path]
    assert plan(world).changes == ()


def test_a_claimed_one_is_not_ours_where_there_is_no_record_either(world: StepWorld) -> None:
    theirs = pending(world, claimed_by={"state": "active", "application_id": "its id"})
    world.vault.remove(PATH)
    converge(world, rules={"on_conflict": "overwrite"})

    assert kept(world)["application_id"] != theirs


@pytest.mark.parametrize(
    ("record", "conflict"),
    [
        ({"state": "pending", "way": "portal"}, True),
        ({"state": "pending", "way": "portal", "portal_id": "another"}, False),
        ({"state": "pending", "way": "import"}, False),
        ({"state": "active", "application_id": "00000000-0000-4000-8000-00000000dead"}, False),
    ],
)
def test_another_unfinished_record_that_may_mean_it_is_a_conflict_that_names_the_tenant(
    world: StepWorld, record: dict[str, str], conflict: bool
) -> None:
    found = pending(world, claimed_by=record)
    if conflict:
        with pytest.raises(Conflict, match="tenant globex"):
            converge(world)
        assert world.kong.traffic.writes() == []
        return
    converge(world)
    assert kept(world)["application_id"] == found


def test_a_login_that_may_not_read_other_tenants_cannot_tell_and_stops(world: StepWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    pending(world)
    listed = world.vault.list

    def forbidden(path: str) -> list[str]:
        if path == "tenants":
            raise Refused("vault: tenants", "the login lacks the right to list", "Use another.")
        return listed(path)

    monkeypatch.setattr(world.vault, "list", forbidden)
    with pytest.raises(Conflict, match="may not read"):
        converge(world)
    assert world.kong.traffic.writes() == []
