"""The auth strategy: claims, scopes and methods as the platform says, everybody else's plugin settings untouched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Refused, Unknown
from dcr.konnect.strategies import KonnectStrategy, StrategySpec
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import auth_strategy
from dcr.steps.portal_binding.auth_strategy import diff_strategy
from tests.unit.steps.contexts import FACTS, ISSUER, Surroundings, a_platform

METADATA = ISSUER + "/.well-known/openid-configuration"
PROVIDER = "00000000-0000-4000-8000-00000000000a"
KNOWN = FACTS | {"dcr_provider.id": PROVIDER}
METHODS = ("client_credentials", "bearer", "session")
WANTED = StrategySpec("curity-dcr", "Curity", METADATA, ("sub",), (), METHODS, PROVIDER)
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
    changes = diff_strategy(found(**different), WANTED)

    assert {change.path.rsplit("/", 1)[-1]: (change.before, change.after) for change in changes} == expected, reason


def test_the_order_of_claims_is_their_meaning() -> None:
    wanted = StrategySpec("curity-dcr", "Curity", METADATA, ("sub", "azp"), (), METHODS, PROVIDER)

    assert diff_strategy(found(**configured(credential_claim=["azp", "sub"])), wanted)


def converge(around: Surroundings, *, write: bool = True, facts: dict[str, str] = KNOWN, **rules: Any) -> Outcome:
    return auth_strategy.converge(around.run(platform=a_platform(**rules), write=write), facts, "")


def bodies(around: Surroundings, method: str) -> list[Any]:
    return [body for sent, _, body in around.region.sent if sent == method]


def test_the_strategy_is_created_bound_to_the_provider() -> None:
    around = Surroundings()
    outcome = converge(around)

    (body,) = bodies(around, "POST")
    assert body == {
        "name": "curity-dcr",
        "display_name": "Curity",
        "strategy_type": "openid_connect",
        "configs": {"openid-connect": CONFIG},
        "dcr_provider_id": PROVIDER,
        "labels": {"managed-by": "dcr"},
    }
    assert outcome.facts == {"auth_strategy.id": around.region.strategies[0]["id"]}


def test_a_second_run_writes_nothing() -> None:
    around = Surroundings()
    converge(around)
    around.region.sent.clear()

    assert converge(around).changes == ()
    assert around.region.writes() == []


def test_plugin_settings_of_others_survive_a_change() -> None:
    around = Surroundings()
    around.region.add(around.region.strategies, **(AS_LEFT | configured(cache_tokens=False, scopes=["openid"])))
    converge(around)

    assert around.region.strategies[0]["configs"]["openid-connect"] == CONFIG | {"cache_tokens": False}


def test_a_provider_that_does_not_exist_yet_is_shown_as_known_after_apply() -> None:
    outcome = converge(Surroundings(), write=False, facts={})

    assert {change.after for change in outcome.changes if change.path.endswith(("issuer", "dcr_provider_id"))} == {"(known after apply)"}


@pytest.mark.parametrize("missing", ["issuer", "dcr_provider.id"])
def test_no_placeholder_is_ever_written(missing: str) -> None:
    around = Surroundings()

    with pytest.raises(Refused, match=missing):
        converge(around, facts={name: value for name, value in KNOWN.items() if name != missing})
    assert around.region.writes() == []


def test_a_created_strategy_whose_answer_was_lost_is_found_by_name() -> None:
    around = Surroundings()

    def lose(carry_out: Any) -> httpx.Response:
        carry_out()
        raise httpx.ReadError("lost")

    around.region.once("POST", "/v2/application-auth-strategies", lose)
    with pytest.raises(Unknown):
        converge(around)

    assert converge(around).facts == {"auth_strategy.id": around.region.strategies[0]["id"]}
    assert len(around.region.strategies) == 1


def test_a_foreign_strategy_stops_the_run_and_is_taken_over_only_where_the_platform_allows_it() -> None:
    around = Surroundings()
    around.region.add(around.region.strategies, **(AS_LEFT | {"labels": {"team": "theirs"}}))

    with pytest.raises(Conflict, match="made by someone else"):
        converge(around)
    assert around.region.writes() == []
    converge(around, on_conflict="overwrite")
    assert around.region.strategies[0]["labels"] == {"team": "theirs", "managed-by": "dcr"}


@pytest.mark.parametrize("on_conflict", ["stop", "overwrite"])
def test_a_key_auth_strategy_of_that_name_is_never_overwritten(on_conflict: str) -> None:
    around = Surroundings()
    around.region.add(
        around.region.strategies, **(AS_LEFT | {"strategy_type": "key_auth", "configs": {"key-auth": {"key_names": ["apikey"]}}})
    )

    assert "konnect.auth_strategy.name" in str(converge(around, write=False).problems[0])
    with pytest.raises(Conflict, match="key_auth"):
        converge(around, on_conflict=on_conflict)
    assert around.region.writes() == []


def test_a_konnect_that_accepts_and_changes_nothing_is_found_out() -> None:
    around = Surroundings()
    around.region.add(around.region.strategies, **(AS_LEFT | {"display_name": "Old"}))
    around.region.once("PATCH", ".*", lambda _: httpx.Response(200, json=around.region.strategies[0]))

    with pytest.raises(CheckFailed, match="display_name"):
        converge(around)


def test_a_strategy_in_use_says_whom_a_change_affects() -> None:
    (change,) = diff_strategy(found(active=True, display_name="Old"), WANTED)

    assert "every API published with this strategy" in change.impact
