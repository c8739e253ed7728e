"""The auth strategy: claims, scopes and methods as the platform says, everybody else's plugin settings untouched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Problems, Refused, Unknown
from dcr.konnect.strategies import KonnectStrategy
from dcr.results.changes import Change
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import auth_strategy
from dcr.steps.table import AUTH_STRATEGY
from sandbox.konnect.state import Provider, Strategy
from tests.in_process import answered, lost
from tests.unit.kong_in_process import ISSUER
from tests.unit.steps.contexts import FACTS, StepWorld, a_context, a_platform, converged, facts, planned, taken_away

METADATA = ISSUER + "/.well-known/openid-configuration"
PROVIDER = "00000000-0000-4000-8000-00000000000a"
KNOWN = facts(FACTS, provider_id=PROVIDER)
METHODS = ("client_credentials", "bearer", "session")
CONFIG = {"issuer": METADATA, "credential_claim": ["sub"], "scopes": [], "auth_methods": list(METHODS)}
AS_LEFT: dict[str, Any] = {
    "name": "curity-dcr",
    "display_name": "Curity",
    "strategy_type": "openid_connect",
    "configs": {"openid-connect": CONFIG},
    "dcr_provider": {"id": PROVIDER, "name": "curity", "provider_type": "curity"},
    "labels": {"managed-by": "dcr"},
    "active": False,
}


def found(**different: Any) -> KonnectStrategy:
    identity = {"id": "00000000-0000-4000-8000-000000000001", "created_at": datetime(2026, 11, 23, tzinfo=UTC)}
    return KonnectStrategy.model_validate(AS_LEFT | identity | different)


def configured(**different: Any) -> dict[str, Any]:
    return {"configs": {"openid-connect": CONFIG | different}}


@pytest.mark.parametrize(
    ("different", "expected", "reason"),
    [
        ({}, {}, "nothing differs"),
        (configured(auth_methods=["session", "bearer", "client_credentials"]), {}, "the methods' order means nothing"),
        (configured(issuer=METADATA + "/"), {}, "one slash at the end means nothing"),
        (configured(cache_tokens=False, leeway=5), {}, "plugin settings that the platform does not name are somebody's choice"),
        (configured(scopes=["openid"]), {"scopes": ("openid", "(none)")}, "openid must not go to client credentials"),
        (configured(credential_claim=["azp"]), {"credential_claim": ("azp", "sub")}, "the claim that finds the application"),
        (
            configured(auth_methods=["bearer"]),
            {"auth_methods": ("bearer", "bearer, client_credentials, session")},
            "Basic would be refused",
        ),
        ({"dcr_provider": None}, {"dcr_provider_id": (None, PROVIDER)}, "not bound to Curity"),
        ({"display_name": "x"}, {"display_name": ("x", "Curity")}, "what people see"),
        ({"labels": {}}, {"managed-by": (None, "dcr")}, "not ours yet"),
    ],
)
def test_the_difference_names_each_leaf(different: dict[str, Any], expected: dict[str, tuple[str | None, str]], reason: str) -> None:
    changes = diff(found(**different))

    assert {change.path.rsplit("/", 1)[-1]: (change.before, change.after) for change in changes} == expected, reason


def test_the_order_of_claims_is_their_meaning() -> None:
    assert diff(found(**configured(credential_claim=["azp", "sub"])), credential_claim=("sub", "azp"))


def diff(found: KonnectStrategy, **wanted: Any) -> tuple[Change, ...]:
    platform = a_platform()
    strategy = platform.konnect.auth_strategy.model_copy(update={"name": "curity-dcr", "display_name": "Curity", **wanted})
    platform = platform.model_copy(update={"konnect": platform.konnect.model_copy(update={"auth_strategy": strategy})})
    return AUTH_STRATEGY.diff(a_context(StepWorld(), KNOWN, platform=platform), "", (found,)).changes


@pytest.fixture
def world() -> StepWorld:
    made = StepWorld()
    made.kong.org.add(Provider(PROVIDER, name="curity", issuer=METADATA))
    return made


def plan(world: StepWorld, known: Facts = KNOWN) -> Outcome:
    return planned(auth_strategy, world, known)


def converge(world: StepWorld, known: Facts = KNOWN, **rules: Any) -> Outcome:
    return converged(auth_strategy, world, known, platform=a_platform(**rules))


def put_there(world: StepWorld, **different: Any) -> Strategy:
    """A strategy as this tool leaves it, but for what is named."""
    values = {
        "name": "curity-dcr",
        "display_name": "Curity",
        "configs": dict(CONFIG),
        "provider_id": PROVIDER,
        "labels": {"managed-by": "dcr"},
    }
    return world.kong.org.add(Strategy(world.kong.org.new_id(), **(values | different)))


def test_the_strategy_is_created_bound_to_the_provider(world: StepWorld) -> None:
    outcome = converge(world)

    (body,) = world.kong.traffic.bodies("POST")
    assert body == {
        "name": "curity-dcr",
        "display_name": "Curity",
        "strategy_type": "openid_connect",
        "configs": {"openid-connect": CONFIG},
        "dcr_provider_id": PROVIDER,
        "labels": {"managed-by": "dcr"},
    }
    assert outcome.facts == facts(strategy_id=world.kong.only(Strategy).id)


def test_a_second_run_writes_nothing(world: StepWorld) -> None:
    converge(world)
    world.kong.traffic.clear()

    assert converge(world).changes == ()
    assert world.kong.traffic.writes() == []


def test_plugin_settings_of_others_survive_a_change(world: StepWorld) -> None:
    put_there(world, configs=CONFIG | {"cache_tokens": False, "scopes": ["openid"]})
    converge(world)

    assert world.kong.only(Strategy).configs == CONFIG | {"cache_tokens": False}


def test_a_provider_that_does_not_exist_yet_is_shown_as_known_after_apply(world: StepWorld) -> None:
    outcome = plan(world, facts())

    assert {change.after for change in outcome.changes if change.path.endswith(("issuer", "dcr_provider_id"))} == {"(known after apply)"}


@pytest.mark.parametrize(("known", "missing"), [(facts(KNOWN, issuer=None), "issuer"), (facts(KNOWN, provider_id=None), "DCR provider")])
def test_no_placeholder_is_ever_written(world: StepWorld, known: Facts, missing: str) -> None:
    with pytest.raises(Refused, match=missing):
        converge(world, known)
    assert world.kong.traffic.writes() == []


def test_a_created_strategy_whose_answer_was_lost_is_found_by_name(world: StepWorld) -> None:
    world.kong.traffic.once("POST", "/v2/application-auth-strategies", lost)
    with pytest.raises(Unknown):
        converge(world)

    assert converge(world).facts == facts(strategy_id=world.kong.only(Strategy).id)


def test_a_foreign_strategy_stops_the_run_and_is_taken_over_only_where_the_platform_allows_it(world: StepWorld) -> None:
    put_there(world, labels={"team": "theirs"})

    with pytest.raises(Conflict, match="made by someone else"):
        converge(world)
    assert world.kong.traffic.writes() == []
    converge(world, on_conflict="overwrite")
    assert world.kong.only(Strategy).labels == {"team": "theirs", "managed-by": "dcr"}


@pytest.mark.parametrize("on_conflict", ["stop", "overwrite"])
def test_a_key_auth_strategy_of_that_name_is_never_overwritten(world: StepWorld, on_conflict: str) -> None:
    put_there(world, strategy_type="key_auth", configs={"key_names": ["apikey"]}, provider_id=None)

    assert "konnect.auth_strategy.name" in str(plan(world).problems[0])
    with pytest.raises(Problems, match="key_auth"):
        converge(world, on_conflict=on_conflict)
    assert world.kong.traffic.writes() == []


def test_a_konnect_that_accepts_and_changes_nothing_is_found_out(world: StepWorld) -> None:
    old = put_there(world, display_name="Old")
    unchanged = found(id=old.id, display_name="Old").model_dump(mode="json")
    world.kong.traffic.once("PATCH", ".*", answered(httpx.Response(200, json=unchanged)))

    with pytest.raises(CheckFailed, match="display_name"):
        converge(world)


def test_a_strategy_in_use_says_whom_a_change_affects() -> None:
    (change,) = diff(found(active=True, display_name="Old"))

    assert "every API published with this strategy" in change.impact


def take_away(world: StepWorld) -> bool:
    """Whether there was one of ours."""
    return taken_away(auth_strategy, world, KNOWN)


def test_what_is_taken_away_is_our_strategy_and_no_other_of_its_name(world: StepWorld) -> None:
    theirs = put_there(world, labels={"team": "theirs"}, created_at="2000-11-23T01:00:00Z")
    ours = put_there(world)

    assert take_away(world)
    assert world.kong.made(Strategy) == [theirs]
    assert world.kong.traffic.writes() == [("DELETE", f"/v2/application-auth-strategies/{ours.id}")]


def test_where_no_strategy_is_ours_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_away(world)
    theirs = put_there(world, labels={"team": "theirs"})

    assert not take_away(world)
    assert world.kong.only(Strategy) is theirs and world.kong.traffic.writes() == []


def test_a_strategy_with_which_something_is_published_is_not_taken_away(world: StepWorld) -> None:
    ours = put_there(world)
    world.kong.publish("Orders v1", strategy_ids=[ours.id])

    with pytest.raises(Refused, match="used by a published API"):
        take_away(world)
    assert world.kong.only(Strategy) is ours
