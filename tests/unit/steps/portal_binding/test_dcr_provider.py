"""The DCR provider: converged once, recognised by its label, its secret compared by version."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Problems, Refused, Stale, Unknown
from sandbox.konnect.state import Provider, Strategy
from tests.in_process import answered, lost, page, problem
from tests.unit.kong_in_process import INITIAL_SECRET, ISSUER, SUFFIX, KongInProcess
from tests.unit.steps.contexts import FACTS, INITIAL_CLIENT, StepWorld, facts
from tests.unit.steps.portal_binding.one_provider import converge, found, leaves, plan, put_there, take_away

CREATE = ("POST", "/v2/dcr-providers")


@pytest.fixture
def world() -> StepWorld:
    return StepWorld().with_initial_client()


def test_a_look_at_an_empty_region_plans_everything_and_writes_nothing(world: StepWorld) -> None:
    outcome = plan(world, facts())

    assert world.kong.traffic.writes() == []
    assert leaves(outcome.changes) == {
        "provider_type": (None, "curity"),
        "display_name": (None, "Curity"),
        "issuer": (None, "(known after apply)"),
        "dcr_config/initial_client_id": (None, "konnect-dcr"),
        "dcr_config/initial_client_secret": (None, "Vault version 1"),
        "labels/managed-by": (None, "dcr"),
    }
    assert outcome.facts == facts()


def test_the_provider_is_created_with_secret_and_version_in_one_request_under_the_platforms_lock(world: StepWorld) -> None:
    outcome = converge(world)

    (body,) = world.kong.traffic.bodies(*CREATE)
    assert body == {
        "name": "curity",
        "display_name": "Curity",
        "provider_type": "curity",
        "issuer": ISSUER + SUFFIX,
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": INITIAL_SECRET},
        "labels": {"managed-by": "dcr", "secret-version": "1"},
    }
    assert outcome.facts.provider_id == world.kong.only(Provider).id
    assert world.locks.history[0] == "hold platform/lock"
    assert world.locks.held == {"tenants/acme/lock"}


def test_a_second_run_writes_nothing_and_does_not_verify(world: StepWorld) -> None:
    converge(world)
    world.kong.traffic.clear()
    outcome = converge(world)

    assert outcome.changes == () and outcome.claims == () and outcome.orphans == ()
    assert [call[:2] for call in world.kong.traffic.sent] == [("GET", "/v2/dcr-providers")]


def test_a_rotated_secret_goes_out_with_its_version_and_nothing_else_does(world: StepWorld) -> None:
    converge(world)
    world.vault.keep(INITIAL_CLIENT, {"client_id": "konnect-dcr", "client_secret": "rotated"})
    converge(world, facts(FACTS, secret_version="2"))

    (body,) = world.kong.traffic.bodies("PATCH")
    assert body == {
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "rotated"},
        "labels": {"managed-by": "dcr", "secret-version": "2"},
    }


def test_a_changed_display_name_does_not_send_the_secret_again(world: StepWorld) -> None:
    converge(world)
    world.kong.only(Provider).display_name = "Renamed"
    converge(world)

    assert world.kong.traffic.bodies("PATCH") == [{"display_name": "Curity", "labels": {"managed-by": "dcr"}}]


def test_a_created_provider_whose_answer_was_lost_is_found_by_name(world: StepWorld) -> None:
    world.kong.traffic.once(*CREATE, lost)
    with pytest.raises(Unknown):
        converge(world)
    outcome = converge(world)

    assert outcome.facts.provider_id == world.kong.only(Provider).id


@pytest.mark.parametrize("reading", ["409", "400"])
def test_a_provider_that_another_run_made_meanwhile_is_looked_for_again(reading: str) -> None:
    world = StepWorld(KongInProcess(konnect_duplicate_provider_name=reading)).with_initial_client()
    world.kong.traffic.once("GET", "/v2/dcr-providers", answered(page()))
    put_there(world)

    with pytest.raises(Stale):
        converge(world)
    assert world.kong.traffic.writes() == [CREATE]


def test_a_provider_of_another_name_is_not_believed_whatever_the_filter_does(world: StepWorld) -> None:
    other = found(name="other").model_dump(mode="json")
    world.kong.traffic.once("GET", "/v2/dcr-providers", answered(page(other)))

    assert len(plan(world).changes) == 6


def test_what_another_run_wrote_while_we_waited_for_the_lock_is_seen(world: StepWorld) -> None:
    hold = world.locks.hold

    def others_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        world.locks.hold = hold  # type: ignore[method-assign]
        converge(world)
        return hold(path, label, wait_seconds)

    world.locks.hold = others_turn_first  # type: ignore[method-assign]
    outcome = converge(world)

    assert outcome.changes == () and outcome.facts.provider_id == world.kong.only(Provider).id


def test_a_conflict_that_arose_while_we_waited_for_the_lock_stops_the_run(world: StepWorld) -> None:
    hold = world.locks.hold

    def somebody_elses_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        put_there(world)
        return hold(path, label, wait_seconds)

    world.locks.hold = somebody_elses_turn_first  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        converge(world)
    assert world.kong.traffic.writes() == []


def test_a_foreign_provider_stops_the_run_before_any_write(world: StepWorld) -> None:
    put_there(world)

    with pytest.raises(Conflict) as stopped:
        converge(world)
    assert world.kong.traffic.writes() == []
    assert "made by someone else" in str(stopped.value)


def test_a_foreign_provider_is_taken_over_where_the_platform_allows_it(world: StepWorld) -> None:
    put_there(world, labels={"team": "theirs"})
    converge(world, on_conflict="overwrite")

    taken = world.kong.only(Provider)
    assert taken.labels == {"team": "theirs", "managed-by": "dcr", "secret-version": "1"}
    assert taken.client_secret == INITIAL_SECRET


@pytest.mark.parametrize("on_conflict", ["stop", "overwrite"])
def test_a_provider_of_another_type_is_never_overwritten(world: StepWorld, on_conflict: str) -> None:
    put_there(world, provider_type="auth0", labels={"managed-by": "dcr"})

    assert "auth0" in str(plan(world).problems[0])
    with pytest.raises(Problems):
        converge(world, on_conflict=on_conflict)
    assert world.kong.traffic.writes() == []


def test_of_several_providers_ours_is_used_and_the_others_of_ours_are_named(world: StepWorld) -> None:
    converge(world)
    ours = world.kong.only(Provider)
    copy = put_there(world, labels=dict(ours.labels), created_at="2100-11-23T01:00:00Z")
    foreign = put_there(world, created_at="2000-11-23T01:00:00Z")
    outcome = plan(world)

    assert outcome.facts.provider_id == ours.id
    assert len(outcome.warnings) == 1
    assert copy.id in outcome.warnings[0] and foreign.id not in outcome.warnings[0]


def test_a_platform_that_a_tenant_may_not_change_stops_the_tenants_run(world: StepWorld) -> None:
    with pytest.raises(Conflict, match="prepare platform"):
        converge(world, profile_changes="stop")
    assert world.kong.traffic.writes() == []


def test_a_konnect_that_forgets_labels_is_found_out(world: StepWorld) -> None:
    world.kong.service.set_knobs({"forgets_labels": True})

    with pytest.raises(CheckFailed, match="labels/managed-by"):
        converge(world)


def test_no_placeholder_is_ever_written(world: StepWorld) -> None:
    with pytest.raises(Refused, match="issuer is not known"):
        converge(world, facts(secret_version="1"))
    assert world.kong.traffic.writes() == []


def test_nothing_is_created_while_the_initial_clients_secret_is_not_in_vault() -> None:
    world = StepWorld()

    with pytest.raises(Refused, match="no secret of the initial client"):
        converge(world)
    assert world.kong.traffic.writes() == []


def test_the_lock_is_renewed_right_before_create_and_before_verify(world: StepWorld) -> None:
    converge(world)

    lock = "platform/lock"
    assert world.locks.history == [f"hold {lock}", f"renew {lock}", f"renew {lock}", f"release {lock}"]


def test_other_providers_stay_as_they_are(world: StepWorld) -> None:
    (okta,) = world.kong.org.all(Provider)
    before = repr(okta)
    converge(world)

    assert repr(okta) == before


@pytest.mark.parametrize("status", [409, 400])
def test_a_refusal_that_only_the_documents_know_is_looked_into_too(world: StepWorld, status: int) -> None:
    refusals: dict[int, httpx.Response] = {
        409: problem(409, "Conflict", "Key (org_id, name)=(x, curity) already exists."),
        400: problem(400, "Invalid Request", "Invalid Parameters", invalid_parameters=[{"field": "name", "reason": "must be unique"}]),
    }
    world.kong.traffic.once(*CREATE, answered(refusals[status]))

    with pytest.raises(Stale):
        converge(world)


def test_what_is_taken_away_is_our_provider_and_no_other_of_its_name(world: StepWorld) -> None:
    converge(world)
    ours = world.kong.only(Provider)
    theirs = put_there(world, labels={"team": "theirs"}, created_at="2000-11-23T01:00:00Z")
    world.kong.traffic.clear()

    assert take_away(world)
    assert world.kong.made(Provider) == [theirs]
    assert world.kong.traffic.writes() == [("DELETE", f"/v2/dcr-providers/{ours.id}")]
    assert world.locks.held == {"tenants/acme/lock"}


def test_where_no_provider_is_ours_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_away(world)
    theirs = put_there(world, labels={"team": "theirs"})

    assert not take_away(world)
    assert world.kong.only(Provider) is theirs and world.kong.traffic.writes() == []


def test_a_provider_that_a_strategy_still_uses_is_not_taken_away(world: StepWorld) -> None:
    converge(world)
    ours = world.kong.only(Provider)
    world.kong.org.add(Strategy(world.kong.org.new_id(), name="theirs", provider_id=ours.id))

    with pytest.raises(Refused, match="used by an application auth strategy"):
        take_away(world)
    assert world.kong.only(Provider) is ours
