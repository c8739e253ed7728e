"""The DCR provider: converged once, recognised by its label, its secret compared by version."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Refused, Stale, Unknown
from tests.unit.konnect.region import problem
from tests.unit.steps.contexts import FACTS, ISSUER, Surroundings
from tests.unit.steps.portal_binding.one_provider import SUFFIX, converge, found, leaves


def test_a_look_at_an_empty_region_plans_everything_and_writes_nothing() -> None:
    around = Surroundings().with_initial_client()
    outcome = converge(around, write=False, facts={})

    assert around.region.writes() == []
    assert leaves(outcome.changes) == {
        "provider_type": (None, "curity"),
        "display_name": (None, "Curity"),
        "issuer": (None, "(known after apply)"),
        "dcr_config/initial_client_id": (None, "konnect-dcr"),
        "dcr_config/initial_client_secret": (None, "(known after apply)"),
        "labels/managed-by": (None, "dcr"),
    }
    assert outcome.facts == {}


def test_the_provider_is_created_with_secret_and_version_in_one_request_under_the_platforms_lock() -> None:
    around = Surroundings().with_initial_client()
    outcome = converge(around)

    (body,) = [body for method, path, body in around.region.sent if (method, path) == ("POST", "/v2/dcr-providers")]
    assert body == {
        "name": "curity",
        "display_name": "Curity",
        "provider_type": "curity",
        "issuer": ISSUER + SUFFIX,
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "initial-secret"},
        "labels": {"managed-by": "dcr", "secret-version": "1"},
    }
    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}
    assert around.locks.history[0] == "hold platform/lock"
    assert around.locks.held == {"tenants/acme/lock"}


def test_a_second_run_writes_nothing_and_does_not_verify() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    before = len(around.region.sent)
    outcome = converge(around)

    assert outcome.changes == () and outcome.claims == () and outcome.orphans == ()
    assert [call[:2] for call in around.region.sent[before:]] == [("GET", "/v2/dcr-providers")]


def test_a_rotated_secret_goes_out_with_its_version_and_nothing_else_does() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    around.vault.put("platform/initial-client", {"client_id": "konnect-dcr", "client_secret": "rotated"})
    converge(around, facts=FACTS | {"initial_client.version": "2"})

    (body,) = [body for method, _, body in around.region.sent if method == "PATCH"]
    assert body == {
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "rotated"},
        "labels": {"managed-by": "dcr", "secret-version": "2"},
    }


def test_a_changed_display_name_does_not_send_the_secret_again() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    around.region.providers[0]["display_name"] = "Renamed"
    converge(around)

    assert [body for method, _, body in around.region.sent if method == "PATCH"] == [
        {"display_name": "Curity", "labels": {"managed-by": "dcr"}}
    ]


def test_a_created_provider_whose_answer_was_lost_is_found_by_name() -> None:
    around = Surroundings().with_initial_client()

    def lose(carry_out: Any) -> httpx.Response:
        carry_out()
        raise httpx.ReadTimeout("lost")

    around.region.once("POST", "/v2/dcr-providers", lose)
    with pytest.raises(Unknown):
        converge(around)
    outcome = converge(around)

    assert len(around.region.providers) == 1
    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}


@pytest.mark.parametrize(
    "duplicate",
    [
        problem(409, "Conflict", "Key (org_id, name)=(x, curity) already exists."),
        problem(400, "Invalid Request", "Invalid Parameters", invalid_parameters=[{"field": "name", "reason": "must be unique"}]),
    ],
    ids=["409", "400"],
)
def test_a_provider_that_a_rival_made_meanwhile_is_looked_for_again(duplicate: httpx.Response) -> None:
    around = Surroundings().with_initial_client()
    around.region.once("POST", "/v2/dcr-providers", lambda _: duplicate)

    with pytest.raises(Stale):
        converge(around)


def test_a_provider_of_another_name_is_not_believed_whatever_the_filter_does() -> None:
    around = Surroundings().with_initial_client()
    other = found(name="other").model_dump(mode="json")
    page = {"data": [other], "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    around.region.once("GET", "/v2/dcr-providers", lambda _: httpx.Response(200, json=page))

    assert len(converge(around, write=False).changes) == 6


def test_what_a_rival_wrote_while_we_waited_for_the_lock_is_seen() -> None:
    around = Surroundings().with_initial_client()
    hold = around.locks.hold

    def rivals_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        around.locks.hold = hold  # type: ignore[method-assign]
        converge(around)
        return hold(path, label, wait_seconds)

    around.locks.hold = rivals_turn_first  # type: ignore[method-assign]
    outcome = converge(around)

    assert len(around.region.providers) == 1
    assert outcome.changes == () and outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}


def test_a_conflict_that_arose_while_we_waited_for_the_lock_stops_the_run() -> None:
    around = Surroundings().with_initial_client()
    hold = around.locks.hold

    def somebody_elses_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        around.region.add(around.region.providers, **found(labels={}).model_dump(mode="json", exclude={"id", "created_at"}))
        return hold(path, label, wait_seconds)

    around.locks.hold = somebody_elses_turn_first  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        converge(around)
    assert around.region.writes() == []


def test_a_foreign_provider_stops_the_run_before_any_write() -> None:
    around = Surroundings().with_initial_client()
    around.region.add(around.region.providers, **found(labels={}).model_dump(mode="json", exclude={"id", "created_at"}))

    with pytest.raises(Conflict) as stopped:
        converge(around)
    assert around.region.writes() == [] and around.locks.history == []
    assert "made by someone else" in str(stopped.value)


def test_a_foreign_provider_is_taken_over_where_the_platform_allows_it() -> None:
    around = Surroundings().with_initial_client()
    theirs = found(labels={"team": "theirs"}).model_dump(mode="json", exclude={"id", "created_at"})
    around.region.add(around.region.providers, **theirs)
    converge(around, on_conflict="overwrite")

    assert len(around.region.providers) == 1
    assert around.region.providers[0]["labels"] == {"team": "theirs", "managed-by": "dcr", "secret-version": "1"}
    assert around.region.providers[0]["dcr_config"]["initial_client_secret"] == "initial-secret"


@pytest.mark.parametrize("on_conflict", ["stop", "overwrite"])
def test_a_provider_of_another_type_is_never_overwritten(on_conflict: str) -> None:
    around = Surroundings().with_initial_client()
    theirs = found(provider_type="auth0", labels={"managed-by": "dcr"}).model_dump(mode="json", exclude={"id", "created_at"})
    around.region.add(around.region.providers, **theirs)

    assert "auth0" in str(converge(around, write=False).problems[0])
    with pytest.raises(Conflict):
        converge(around, on_conflict=on_conflict)
    assert around.region.writes() == []


def test_of_several_providers_ours_is_used_and_the_others_of_ours_are_named() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    copy = around.region.providers[0] | {"id": around.region.new_id(), "created_at": "2026-11-23T01:00:00Z"}
    foreign = copy | {"id": around.region.new_id(), "created_at": "2026-11-22T01:00:00Z", "labels": {}}
    around.region.providers += [copy, foreign]
    outcome = converge(around, write=False)

    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}
    assert len(outcome.warnings) == 1
    assert copy["id"] in outcome.warnings[0] and foreign["id"] not in outcome.warnings[0]


def test_a_platform_that_a_tenant_may_not_change_stops_the_tenants_run() -> None:
    around = Surroundings().with_initial_client()

    with pytest.raises(Conflict, match="prepare platform"):
        converge(around, profile_changes="stop")
    assert around.region.writes() == []


def test_a_konnect_that_forgets_labels_is_found_out() -> None:
    around = Surroundings().with_initial_client()

    def forgetful(carry_out: Any) -> httpx.Response:
        answer: httpx.Response = carry_out()
        around.region.providers[0]["labels"] = {}
        return answer

    around.region.once("POST", "/v2/dcr-providers", forgetful)
    with pytest.raises(CheckFailed, match="labels/managed-by"):
        converge(around)


def test_no_placeholder_is_ever_written() -> None:
    around = Surroundings().with_initial_client()

    with pytest.raises(Refused, match="issuer is not known"):
        converge(around, facts={"initial_client.version": "1"})
    assert around.region.writes() == []


def test_nothing_is_created_while_the_initial_clients_secret_is_not_in_vault() -> None:
    around = Surroundings()

    with pytest.raises(Refused, match="no secret of the initial client"):
        converge(around)
    assert around.region.writes() == []


def test_the_lock_is_renewed_right_before_create_and_before_verify() -> None:
    around = Surroundings().with_initial_client()
    converge(around)

    assert around.locks.history == ["hold platform/lock", "renew platform/lock", "renew platform/lock"]
