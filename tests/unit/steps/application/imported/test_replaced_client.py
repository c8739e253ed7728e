"""A replaced client goes, with its application, when its successor has its registrations, and not before."""

from __future__ import annotations

import httpx
import pytest

from dcr.errors import LostLock, Problems, Unknown
from sandbox.konnect.state import Application, Registration
from tests.in_process import CarryOut, answered, lost, problem
from tests.unit.kong_in_process import REGISTRATION_PATH
from tests.unit.steps.application.one_import import (
    PATH,
    converge,
    converge_all,
    kept,
    plan_all,
    prepared,
    take_replaced_away,
    works,
)
from tests.unit.steps.contexts import StepWorld

BY_ADMIN = "by a portal admin"
APPLICATIONS = "/v3/portals/[^/]+/applications"


@pytest.fixture
def world() -> StepWorld:
    there = prepared()
    converge_all(there)
    return there


def first(world: StepWorld) -> str:
    return kept(world)["client_id"]


def approve_all(world: StepWorld) -> None:
    """As a person does by hand."""
    for registration in world.kong.made(Registration):
        registration.status = "approved"


def deletions(world: StepWorld) -> list[str]:
    """Paths of all that was to be deleted, in Konnect and at Curity."""
    return [path for traffic in (world.kong.traffic, world.kong.curity_traffic) for method, path in traffic.writes() if method == "DELETE"]


def test_a_look_shows_the_new_client_and_what_goes_and_touches_nothing(world: StepWorld) -> None:
    old, before = first(world), dict(kept(world))
    made, registered, removed = plan_all(world, replace=[old])

    assert made.changes[0].path == "curity/clients/acme.checkout" and len(registered.changes) == 2
    assert [(change.path.rsplit("/", 1)[-1], change.after) for change in removed.changes] == [(before["application_id"], None), (old, None)]
    assert kept(world) == before and world.kong.clients() == [old]


def test_the_old_one_works_until_the_new_one_is_stored(world: StepWorld) -> None:
    old, secret = first(world), kept(world)["client_secret"]
    world.kong.curity_traffic.once("POST", REGISTRATION_PATH, lost)
    with pytest.raises(Unknown):
        converge_all(world, replace=[old])

    assert (kept(world)["client_id"], kept(world)["client_secret"]) == (old, secret)
    assert world.kong.is_secret(old, secret)


def test_a_replacement_that_was_cut_off_is_finished_by_the_next_run_without_being_asked_again(world: StepWorld) -> None:
    old = first(world)
    world.kong.traffic.once("POST", APPLICATIONS, answered(problem(503, "Unavailable")))
    with pytest.raises(Exception, match="503"):
        converge_all(world, replace=[old])
    converge_all(world)

    assert works(world) and first(world) != old
    assert not any(name.startswith("replaced_") for name in kept(world))


def test_a_repeated_attempt_replaces_no_second_time(world: StepWorld) -> None:
    old = first(world)
    converge(world, replace=[old])
    new = first(world)
    converge_all(world, replace=[old])

    assert works(world) and first(world) == new


def test_the_old_one_stays_while_the_new_registrations_wait_for_a_person(world: StepWorld) -> None:
    old = first(world)
    *_, removed = converge_all(world, replace=[old], registration_approval=BY_ADMIN)
    *_, planned = plan_all(world, registration_approval=BY_ADMIN)

    assert old in world.kong.clients() and removed.changes == planned.changes == ()
    assert "stays until" in removed.warnings[0] and "stays until" in planned.warnings[0]
    approve_all(world)
    converge_all(world, registration_approval=BY_ADMIN)
    assert works(world) and old not in world.kong.clients()


def test_one_replacement_after_the_other(world: StepWorld) -> None:
    converge_all(world, replace=[first(world)], registration_approval=BY_ADMIN)

    with pytest.raises(Problems, match="still waits for its removal"):
        converge(world, replace=[first(world)])


def test_a_removal_whose_answer_is_lost_is_repeated(world: StepWorld) -> None:
    old = first(world)
    world.kong.curity_traffic.once("DELETE", f"{REGISTRATION_PATH}/{old}", lost)
    with pytest.raises(Unknown):
        converge_all(world, replace=[old])
    converge_all(world)

    assert works(world)


def test_a_client_that_is_gone_already_counts_as_removed(world: StepWorld) -> None:
    old = first(world)
    world.kong.node.clients.delete(old)
    *_, removed = converge_all(world, replace=[old])

    assert works(world) and removed.orphans == ()


@pytest.mark.parametrize("lacking", [{"registration_access_token": ""}, {"registration_expires_at": "2020-01-01T00:00:00Z"}])
def test_a_client_that_nobody_can_remove_any_more_is_named(world: StepWorld, lacking: dict[str, str]) -> None:
    old = first(world)
    world.vault.change(PATH, **lacking)
    *_, removed = converge_all(world, replace=[old])

    assert [left.what for left in removed.orphans] == [f"client {old}, named checkout"]
    assert [left.what for left in converge(world).orphans] == [f"client {old}, named checkout"]


def test_nothing_is_deleted_without_the_tenants_lock(world: StepWorld) -> None:
    old = first(world)
    converge_all(world, replace=[old], registration_approval=BY_ADMIN)
    approve_all(world)
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge_all(world, registration_approval=BY_ADMIN)
    assert deletions(world) == [] and old in world.kong.clients() and kept(world)["replaced_client_id"] == old


def test_a_lock_that_is_lost_between_the_two_deletions_spares_the_client(world: StepWorld) -> None:
    old, application_id = first(world), kept(world)["application_id"]

    def losing_the_lock(carry_out: CarryOut) -> httpx.Response:
        world.locks.held.clear()
        return carry_out()

    world.kong.traffic.once("DELETE", f"{APPLICATIONS}/{application_id}", losing_the_lock)
    with pytest.raises(LostLock):
        converge_all(world, replace=[old])
    assert [path.rsplit("/", 1)[-1] for path in deletions(world)] == [application_id]
    assert old in world.kong.clients() and kept(world)["replaced_client_id"] == old


def test_what_is_taken_away_is_the_former_client_and_its_application(world: StepWorld) -> None:
    old, before = first(world), kept(world)["application_id"]
    converge_all(world, replace=[old], registration_approval=BY_ADMIN)

    assert take_replaced_away(world)
    assert works(world) and first(world) != old
    assert before not in [one.id for one in world.kong.made(Application)]
    assert not any(name.startswith("replaced_") for name in kept(world))
    assert not take_replaced_away(world)


def test_where_no_client_was_replaced_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_replaced_away(world)
    assert works(world) and deletions(world) == []


def test_a_client_that_waits_for_its_replacement_is_none_that_was_replaced(world: StepWorld) -> None:
    old = first(world)
    world.vault.change(PATH, client_secret="")

    assert not take_replaced_away(world)
    assert world.kong.clients() == [old] and deletions(world) == []
