"""A replaced client goes, with its application, when its successor has its registrations, and not before."""

from __future__ import annotations

import pytest

from dcr.errors import Problems, Unknown
from tests.unit.curity.runtime.registrar import REGISTRATION_PATH, lost
from tests.unit.konnect.region import problem
from tests.unit.steps.application.one_import import PATH, converge, converge_all, kept, prepared, works
from tests.unit.steps.contexts import Surroundings


@pytest.fixture
def around() -> Surroundings:
    there = prepared()
    converge_all(there)
    return there


def first(around: Surroundings) -> str:
    return kept(around)["client_id"]


def test_a_look_shows_the_new_client_and_what_goes_and_touches_nothing(around: Surroundings) -> None:
    old, before = first(around), dict(kept(around))
    made, registered, removed = converge_all(around, write=False, replace=[old])

    assert made.changes[0].path == "curity/clients/acme-checkout" and len(registered.changes) == 2
    assert [(change.path.rsplit("/", 1)[-1], change.after) for change in removed.changes] == [(before["application_id"], None), (old, None)]
    assert kept(around) == before and list(around.curity.clients) == [old]


def test_the_old_one_works_until_the_new_one_is_stored(around: Surroundings) -> None:
    old = first(around)
    around.curity.once(f"POST {REGISTRATION_PATH}", lost)
    with pytest.raises(Unknown):
        converge_all(around, replace=[old])

    assert (kept(around)["client_id"], kept(around)["client_secret"]) == (old, f"secret-of-{old}")


def test_a_replacement_that_was_cut_off_is_finished_by_the_next_run_without_being_asked_again(around: Surroundings) -> None:
    old = first(around)
    around.region.once("POST", "/v3/portals/[^/]+/applications", lambda _: problem(503, "Unavailable"))
    with pytest.raises(Exception, match="503"):
        converge_all(around, replace=[old])
    converge_all(around)

    assert works(around) and first(around) != old
    assert not any(name.startswith("replaced_") for name in kept(around))


def test_a_repeated_attempt_replaces_no_second_time(around: Surroundings) -> None:
    old = first(around)
    converge(around, replace=[old])
    new = first(around)
    converge_all(around, replace=[old])

    assert works(around) and first(around) == new


def test_the_old_one_stays_while_the_new_registrations_wait_for_a_person(around: Surroundings) -> None:
    old = first(around)
    *_, removed = converge_all(around, replace=[old], registration_approval="by a portal admin")
    *_, planned = converge_all(around, write=False, registration_approval="by a portal admin")

    assert old in around.curity.clients and removed.changes == planned.changes == ()
    assert "stays until" in removed.warnings[0] and "stays until" in planned.warnings[0]
    for registration in around.region.registrations:
        registration["status"] = "approved"
    converge_all(around, registration_approval="by a portal admin")
    assert works(around) and old not in around.curity.clients


def test_one_replacement_after_the_other(around: Surroundings) -> None:
    converge_all(around, replace=[first(around)], registration_approval="by a portal admin")

    with pytest.raises(Problems, match="still waits for its removal"):
        converge(around, replace=[first(around)])


def test_a_removal_whose_answer_is_lost_is_repeated(around: Surroundings) -> None:
    old = first(around)
    around.curity.once(f"DELETE {REGISTRATION_PATH}/{old}", lost)
    with pytest.raises(Unknown):
        converge_all(around, replace=[old])
    converge_all(around)

    assert works(around)


def test_a_client_that_is_gone_already_counts_as_removed(around: Surroundings) -> None:
    old = first(around)
    del around.curity.clients[old]
    *_, removed = converge_all(around, replace=[old])

    assert works(around) and removed.orphans == ()


@pytest.mark.parametrize("lacking", [{"registration_access_token": ""}, {"registration_expires_at": "2020-01-01T00:00:00Z"}])
def test_a_client_that_nobody_can_remove_any_more_is_named(around: Surroundings, lacking: dict[str, str]) -> None:
    old = first(around)
    values, version = around.vault.kept[PATH]
    around.vault.kept[PATH] = (values | lacking, version)
    *_, removed = converge_all(around, replace=[old])

    assert [left.what for left in removed.orphans] == [f"client {old}, named checkout"]
    assert [left.what for left in converge(around).orphans] == [f"client {old}, named checkout"]
