"""The smoke test proves what it says, and in each broken world points at what is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from dcr.engine.observe import PREFLIGHT
from dcr.model.tenant import Tenant
from dcr.results.report import Claim, Verdict, worst
from dcr.steps.table import SMOKE_TEST
from dcr.vault import paths
from tests.unit.curity.runtime.tokens import SigningKey
from tests.unit.steps.contexts import a_tenant
from tests.unit.steps.smoke_test.smoke_world import ID, SECRET, SmokeWorld

TOKEN = "a token for checkout straight from Curity is a JWT that its JWKS verifies, and its sub is the client id"
NOTHING, OWN = "a request without credentials is refused at GET /orders", "checkout gets in at GET /orders"
NOTHING_2, OWN_2 = "a request without credentials is refused at GET /payments", "checkout gets in at GET /payments"
SECRET_CLAIM, CLIENT_CLAIM = "a wrong secret is refused at GET /orders", "an unknown client id is refused at GET /orders"
ALL = [TOKEN, NOTHING, OWN, NOTHING_2, OWN_2, SECRET_CLAIM, CLIENT_CLAIM]


def failed(claims: Iterable[Claim]) -> bool:
    """Whether a run with these claims is not green."""
    return worst(claim.verdict for claim in claims) in (Verdict.FAILED, Verdict.UNKNOWN)


def test_where_all_is_well_every_claim_is_shown_with_the_call_that_showed_it() -> None:
    claims = SmokeWorld().claims()
    assert list(claims) == ALL
    assert {claim.verdict for claim in claims.values()} == {Verdict.OK}
    for claim in claims.values():
        assert claim.evidence is not None, claim.what
        assert claim.evidence.status == (401 if "refused" in claim.what else 200)
    assert not failed(claims.values())


def test_a_look_asks_nobody() -> None:
    assert SMOKE_TEST not in PREFLIGHT


def test_no_claim_holds_the_secret() -> None:
    claims = SmokeWorld().claims()
    assert SECRET not in " ".join(claim.model_dump_json() for claim in claims.values())


ELSEWHERE = "checkout, which is not registered there, is refused at GET /orders"


def test_an_api_of_the_tenant_that_the_application_does_not_use_refuses_it() -> None:
    world = SmokeWorld(registered={"/payments"})
    assert world.claims(payments_only())[ELSEWHERE].verdict is Verdict.OK


def test_a_gateway_that_ignores_registrations_is_seen_through_there() -> None:
    claim = SmokeWorld(registered={"/payments"}, heeds_registrations=False).claims(payments_only())[ELSEWHERE]
    assert claim.verdict is Verdict.FAILED
    assert "gateway ignores registrations" in claim.detail


def test_an_api_that_was_dropped_while_its_registration_lives_on_is_asked_and_lets_in() -> None:
    claim = SmokeWorld().claims(payments_only())[ELSEWHERE]
    assert claim.verdict is Verdict.FAILED
    assert "registration all the same" in claim.detail


def test_every_other_api_of_the_tenant_is_asked() -> None:
    third = {"name": "Invoices", "path": "/invoices"}
    apis = [{"name": "Orders", "version": "v1", "path": "/orders"}, {"name": "Payments", "path": "/payments"}, third]
    world = SmokeWorld(registered={"/payments", "/invoices"}, routes={"/orders", "/payments", "/invoices"})
    claims = world.claims(payments_only(apis=apis), routed=("Orders v1", "Payments", "Invoices"))
    assert claims[ELSEWHERE].verdict is Verdict.OK
    assert claims[ELSEWHERE.replace("orders", "invoices")].verdict is Verdict.FAILED


def test_where_curity_takes_any_secret_it_is_not_the_gateway_that_is_blamed() -> None:
    claim = SmokeWorld(asks_curity=False, curity_takes_any_secret=True).claims()[SECRET_CLAIM]
    assert claim.verdict is Verdict.FAILED
    assert "It is Curity that accepts any secret" in claim.detail


def test_where_curity_refuses_openid_a_strategy_without_scopes_is_pointed_at() -> None:
    claims = SmokeWorld(known_after=10**6, refuses_openid=True).claims()
    assert "konnect.auth_strategy.scopes" in claims["Curity gives checkout a token with the scope the gateway asks for"].detail


def payments_only(**values: Any) -> Tenant:
    return a_tenant(applications=[{"name": "checkout", "redirect_uri": "https://shop.example/cb", "apis": ["Payments"]}], **values)


@pytest.mark.parametrize(
    ("broken", "claim", "words"),
    [
        ({"asks_for_credentials": False}, NOTHING, "gateway is open"),
        ({"asks_curity": False}, SECRET_CLAIM, "does not ask the identity provider"),
        ({"knows_its_clients": False}, CLIENT_CLAIM, "accepts any client"),
        ({"registered": {"/orders"}}, OWN_2, "registration for this API is missing or pending"),
        ({"registered": set()}, OWN, "registration for this API is missing or pending"),
        ({"routes": {"/orders"}}, NOTHING_2, "no such route"),
        ({"asks_for_credentials": False, "api_asks": True}, NOTHING, "of the API itself"),
        ({"upstream_status": 404}, OWN, "the API was reached and objects"),
        ({"upstream_status": 405}, OWN, "the API was reached and objects"),
        ({"upstream_status": 426}, OWN, "HTTPS"),
        ({"curity_secret": "another"}, TOKEN, "another secret"),
        ({"curity_secret": "another"}, OWN, "either the gateway does not know the client"),
        ({"known_after": 10**6}, OWN, "look at the gateway"),
        ({"tokens_are_jwt": False}, TOKEN, "opaque"),
        ({"subject": "somebody"}, TOKEN, "sub is another"),
        ({"signed_by": SigningKey()}, TOKEN, "InvalidSignatureError"),
    ],
)
def test_what_is_broken_is_pointed_at(broken: dict[str, Any], claim: str, words: str) -> None:
    claims = SmokeWorld(**broken).claims()
    assert claims[claim].verdict is Verdict.FAILED
    assert words in claims[claim].detail
    assert failed(claims.values())


@pytest.mark.parametrize("broken", [{"upstream_status": 503}, {"unreachable": 10**6}])
def test_what_could_not_be_asked_is_unknown_and_no_proof(broken: dict[str, Any]) -> None:
    claims = SmokeWorld(**broken).claims()
    assert claims[OWN].verdict is Verdict.UNKNOWN
    assert failed(claims.values())


def test_where_nobody_gets_in_refusals_prove_nothing() -> None:
    claims = SmokeWorld(known_after=10**6).claims()
    assert [claims[what].verdict for what in (SECRET_CLAIM, CLIENT_CLAIM)] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


@pytest.mark.parametrize("late", [{"published_after": 3}, {"known_after": 6}, {"unreachable": 2}])
def test_what_takes_a_while_to_arrive_is_waited_for(late: dict[str, int]) -> None:
    world = SmokeWorld(**late)  # type: ignore[arg-type]
    claims = world.claims()
    assert {claim.verdict for claim in claims.values()} == {Verdict.OK}
    assert world.time.slept


def test_all_waiting_together_ends_at_the_deadline() -> None:
    world = SmokeWorld(asks_for_credentials=False)
    world.claims()
    assert sum(world.time.slept) <= 120


def test_a_pending_registration_is_pending_and_no_failure() -> None:
    claims = SmokeWorld(registered=set()).claims(registrations="pending")
    assert {claims[what].verdict for what in (OWN, OWN_2)} == {Verdict.PENDING}
    assert {claims[what].verdict for what in ALL if what not in (OWN, OWN_2)} == {Verdict.OK}
    assert not failed(claims.values())


def test_getting_in_with_a_pending_registration_is_a_failure() -> None:
    claims = SmokeWorld(registered=set(), heeds_registrations=False).claims(registrations="pending")
    assert claims[OWN].verdict is Verdict.FAILED
    assert "ignores registrations" in claims[OWN].detail


@pytest.mark.parametrize("lacking", ["client_secret", "issuer", "everything"])
def test_without_whole_credentials_in_vault_nothing_is_asked(lacking: str) -> None:
    world = SmokeWorld()
    path = paths.application("acme", "checkout")
    if lacking == "everything":
        del world.vault.kept[path]
    else:
        del world.vault.kept[path][0][lacking]
    claims = list(world.claims().values())
    assert [(claim.verdict, world.vault.ref(path) in claim.detail) for claim in claims] == [(Verdict.FAILED, True)]
    assert world.asked == []


def test_the_stranger_is_another_one_each_time() -> None:
    seen = [client for world in (SmokeWorld(), SmokeWorld()) if world.claims() for _, client in world.asked if client not in (None, ID)]
    assert len(set(seen)) == 2
    assert all(re.fullmatch(r"[0-9a-f-]{36}", client or "") for client in seen)
