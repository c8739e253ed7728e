"""An application's secret is in Vault before anything else happens, and whatever happens, the next attempt ends with one that works."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Passing, Unknown
from tests.unit.konnect.region import problem
from tests.unit.steps.application.one_application import OTHER, converge, kept, losing, the_application, theirs, works
from tests.unit.steps.contexts import Surroundings


@pytest.fixture
def around() -> Surroundings:
    return Surroundings().with_portal()


def test_vault_says_pending_before_the_portal_is_asked(around: Surroundings) -> None:
    around.region.once("POST", "/api/v3/applications", lambda _: problem(503, "Unavailable"))

    with pytest.raises(Passing):
        converge(around)
    assert kept(around)["state"] == "pending" and "client_secret" not in kept(around)


def test_a_lost_answer_to_the_creation_ends_with_a_new_secret_for_the_same_application(around: Surroundings) -> None:
    around.region.once("POST", "/api/v3/applications", losing())
    with pytest.raises(Unknown):
        converge(around)
    converge(around)

    assert works(around)
    assert kept(around)["client_secret"].startswith("another-secret")


def test_a_secret_that_could_not_be_stored_is_replaced_by_the_next_attempt(around: Surroundings) -> None:
    put, puts = around.vault.put, iter([None, Passing("vault", "sealed", "Unseal it.")])

    def sealed_at_the_second(*given: Any, **named: Any) -> int:
        failing = next(puts, None)
        if failing:
            raise failing
        return put(*given, **named)

    around.vault.put = sealed_at_the_second  # type: ignore[method-assign]
    with pytest.raises(Passing):
        converge(around)
    assert kept(around)["state"] == "pending" and len(around.region.applications) == 1
    converge(around)
    assert works(around)


def test_where_no_new_secret_is_to_be_had_the_application_is_made_anew(around: Surroundings) -> None:
    around.region.regenerates = False
    around.region.once("POST", "/api/v3/applications", losing())
    with pytest.raises(Unknown):
        converge(around)
    lost = the_application(around)["id"]
    outcome = converge(around)

    assert works(around) and the_application(around)["id"] != lost
    assert "its client id is new" in outcome.warnings[0]


def test_an_application_that_was_made_anew_is_not_changed_under_its_old_id(around: Surroundings) -> None:
    converge(around)
    kept(around)["state"], the_application(around)["description"] = "pending", "theirs"
    around.region.regenerates = False
    converge(around)

    assert works(around) and the_application(around)["description"] == "Shop"


def test_as_long_as_the_old_application_is_there_its_credentials_stay_in_vault(around: Surroundings) -> None:
    converge(around)
    the_application(around)["auth_strategy"]["id"] = OTHER
    around.region.once("DELETE", ".*", lambda _: problem(429, "Too Many Requests"))

    with pytest.raises(Passing):
        converge(around, rules={"on_conflict": "overwrite"})
    assert works(around)


def test_a_deletion_whose_answer_is_lost_is_carried_through(around: Surroundings) -> None:
    around.region.regenerates = False
    around.region.once("POST", "/api/v3/applications", losing())
    around.region.once("DELETE", ".*", losing())
    for _ in range(2):
        with pytest.raises(Unknown):
            converge(around)
    converge(around)

    assert works(around)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"state": "pending"}, "a run died"),
        ({"client_secret": ""}, "no secret"),
        ({"client_id": "another"}, "the secret of another client"),
    ],
)
def test_credentials_that_cannot_work_are_replaced(around: Surroundings, damage: dict[str, str], reason: str) -> None:
    converge(around)
    kept(around).update(damage)
    planned = converge(around, write=False)
    assert planned.facts == {}, "later steps must look again: the application may become another"
    converge(around)

    assert works(around), reason


def test_an_application_that_somebody_deleted_is_made_again(around: Surroundings) -> None:
    converge(around)
    around.region.applications.clear()
    outcome = converge(around)

    assert works(around)
    assert any(change.before and change.before.startswith("credentials of client") for change in outcome.changes)


def test_a_take_over_that_was_interrupted_is_ours_to_finish(around: Surroundings) -> None:
    theirs(around)
    around.region.once("POST", ".*/regenerate-secret", losing())
    with pytest.raises(Unknown):
        converge(around, rules={"on_conflict": "overwrite"})
    converge(around)

    assert works(around)


def test_a_portal_that_does_not_keep_a_change_is_found_out(around: Surroundings) -> None:
    converge(around)
    the_application(around)["description"] = "theirs"
    around.region.once("PATCH", ".*", lambda _: httpx.Response(200, json=the_application(around)))

    with pytest.raises(CheckFailed, match="did not keep"):
        converge(around)
