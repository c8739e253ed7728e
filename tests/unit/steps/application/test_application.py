"""An application of the way `portal`: whose it is, what differs, and what must be there before it is made."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.errors import Conflict, LostLock, Problems, Refused
from dcr.results.outcome import Outcome
from tests.unit.konnect.region import EMAIL
from tests.unit.steps.application.one_application import OTHER, PATH, converge, kept, the_application, theirs, works
from tests.unit.steps.contexts import Surroundings


@pytest.fixture
def around() -> Surroundings:
    return Surroundings().with_portal()


def test_the_secret_that_is_shown_once_is_stored(around: Surroundings) -> None:
    outcome = converge(around)

    assert works(around)
    assert outcome.facts == {
        "application.checkout.id": the_application(around)["id"],
        "application.checkout.client_id": the_application(around)["client_id"],
    }
    assert outcome.vault_paths == (f"vault://dcr/{PATH}",)


def test_a_second_run_writes_nothing_and_knows_the_ids(around: Surroundings) -> None:
    first = converge(around)
    around.region.sent.clear()
    second = converge(around)

    assert second.changes == () and second.facts == first.facts
    assert [(method, path) for method, path, _ in around.region.sent] == [("GET", f"/api/v3/applications/{the_application(around)['id']}")]


def test_an_application_that_this_tool_did_not_make_stops_the_run(around: Surroundings) -> None:
    theirs(around)

    with pytest.raises(Conflict, match="was not made by this tool"):
        converge(around)
    assert around.region.writes() == [] and PATH not in around.vault.kept


def test_the_credentials_of_a_deleted_application_are_not_taken_for_those_of_a_foreign_one(around: Surroundings) -> None:
    """The portal need not say which client an application has."""
    converge(around)
    around.region.applications.clear()
    theirs(around).pop("client_id")

    with pytest.raises(Conflict, match="was not made by this tool"):
        converge(around)


def test_an_application_that_this_tool_did_not_make_is_taken_over_where_the_platform_allows_it(around: Surroundings) -> None:
    found = theirs(around)
    converge(around, rules={"on_conflict": "overwrite"})

    assert works(around) and the_application(around)["id"] == found["id"]


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"name": "checkout-2"}, "another name"),
        ({"team_id": OTHER}, "a team's"),
        ({"auth_strategy": {"id": OTHER}}, "another strategy's"),
    ],
)
def test_applications_of_another_identity_are_left_alone(around: Surroundings, different: dict[str, Any], reason: str) -> None:
    found = theirs(around, **different)
    before = dict(found)
    converge(around)

    assert found == before and len(around.region.applications) == 2, reason


def test_of_several_applications_of_one_identity_the_oldest_is_used_and_the_rest_named(around: Surroundings) -> None:
    first, second = theirs(around), theirs(around)
    around.vault.kept[PATH] = ({"state": "pending"}, 1)
    outcome = converge(around)

    assert kept(around)["application_id"] == first["id"]
    assert second["id"] in outcome.warnings[0]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "renamed"), ("description", "theirs"), ("redirect_uri", "https://evil.example/"), ("team_id", OTHER)]
)
def test_a_field_that_somebody_changed_is_put_right_and_nothing_else_is_sent(around: Surroundings, field: str, value: str) -> None:
    converge(around)
    wanted = the_application(around).get(field)
    the_application(around)[field] = value
    outcome = converge(around)

    assert [change.path.split("/")[-1] for change in outcome.changes] == [field]
    assert [body for method, _, body in around.region.sent if method == "PATCH"] == [{field: wanted}]
    assert works(around)


def test_what_surrounds_the_credentials_is_kept_up_to_date_without_touching_them(around: Surroundings) -> None:
    converge(around)
    secret = kept(around)["client_secret"]
    kept(around)["gateway_url"] = "https://old.example"
    kept(around)["note"] = "kept"
    around.region.sent.clear()
    outcome = converge(around)

    assert [(change.before, change.after) for change in outcome.changes] == [("https://old.example", "https://gateway.example")]
    assert (kept(around)["gateway_url"], kept(around)["note"], kept(around)["client_secret"]) == ("https://gateway.example", "kept", secret)
    assert around.region.writes() == []


def test_another_strategy_stops_the_run_since_it_would_cost_the_client_id(around: Surroundings) -> None:
    converge(around)
    the_application(around)["auth_strategy"]["id"] = OTHER
    around.region.sent.clear()

    with pytest.raises(Conflict, match="another client id and secret"):
        converge(around)
    assert around.region.writes() == []


def test_another_strategy_is_had_by_a_new_application_where_the_platform_allows_it(around: Surroundings) -> None:
    converge(around)
    old = the_application(around)["id"]
    the_application(around)["auth_strategy"]["id"] = OTHER
    converge(around, rules={"on_conflict": "overwrite"})

    assert works(around) and the_application(around)["id"] != old


def test_nothing_is_deleted_without_the_tenants_lock(around: Surroundings) -> None:
    converge(around)
    the_application(around)["auth_strategy"]["id"] = OTHER
    around.locks.held.clear()

    with pytest.raises(LostLock):
        converge(around, rules={"on_conflict": "overwrite"})
    assert works(around)


def test_a_look_before_the_strategy_exists_plans_the_creation(around: Surroundings) -> None:
    outcome = converge(around, write=False, without="auth_strategy.id")

    assert any(change.after == "(known after apply)" for change in outcome.changes)
    assert outcome.facts == {} and around.region.writes() == []


@pytest.mark.parametrize("missing", ["auth_strategy.id", "issuer", "token_endpoint"])
def test_nothing_is_created_while_something_about_it_is_unknown(around: Surroundings, missing: str) -> None:
    with pytest.raises(Refused, match=missing):
        converge(around, without=missing)
    assert around.region.writes() == [] and PATH not in around.vault.kept


def test_nothing_is_created_without_the_tenants_lock(around: Surroundings) -> None:
    around.locks.held.clear()

    with pytest.raises(LostLock):
        converge(around)
    assert around.region.applications == []


@pytest.mark.parametrize(
    ("login", "words"),
    [
        (None, "holds no email and no password"),
        ({"email": EMAIL}, "holds no password"),
        ({"email": "other@acme.example", "password": "x"}, "another developer than the tenant's owner"),
    ],
)
def test_a_service_developer_who_cannot_be_used_is_a_problem_before_anything_is_written(
    around: Surroundings, login: dict[str, str] | None, words: str
) -> None:
    del around.vault.kept["tenants/acme/developer"]
    if login:
        around.vault.kept["tenants/acme/developer"] = (login, 1)

    assert words in str(converge(around, write=False).problems[0])
    with pytest.raises(Problems, match=words):
        converge(around)
    assert around.region.sent == []


def test_a_service_developer_outside_the_owning_team_is_a_problem(around: Surroundings) -> None:
    around.region.add(around.region.members, email="somebody@acme.example")

    assert "not in the team shop" in str(converge(around, write=False, owner_type="team", owner="shop").problems[0])


def test_a_secret_of_somebody_else_in_our_place_is_never_written_over(around: Surroundings) -> None:
    around.vault.kept[PATH] = ({"client_secret": "theirs"}, 3)
    around.vault.foreign.add(PATH)

    assert "did not write" in str(converge(around, write=False).problems[0])
    with pytest.raises(Problems):
        converge(around)
    assert kept(around) == {"client_secret": "theirs"}


def test_an_id_in_vault_that_is_none_becomes_no_path(around: Surroundings) -> None:
    around.vault.kept[PATH] = ({"state": "pending", "application_id": "../../developer/me"}, 1)
    converge(around)

    assert works(around)
    assert not [path for _, path, _ in around.region.sent if "developer/me" in path]


def test_before_the_portal_is_found_nothing_is_asked_of_it(around: Surroundings) -> None:
    assert converge(around, write=False, without="portal.url") == Outcome()
    assert around.region.sent == []
