"""Whatever fails in between, the next attempt ends with one client that works; a client that may be left behind stays named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.curity.runtime.client_registration import Misregistered
from dcr.errors import CheckFailed, DcrError, LostLock, Passing, Refused, Unknown
from dcr.vault import paths
from sandbox.konnect.state import Application
from tests.in_process import CarryOut, altered, answered, lost, problem, refused
from tests.unit.kong_in_process import REGISTRATION_PATH, TOKEN_PATH
from tests.unit.steps.application.one_import import NAME, PATH, converge, converge_all, kept, plan, prepared, the_application, works
from tests.unit.steps.contexts import StepWorld

ADOPT = ("POST", "/v3/portals/[^/]+/applications")


@pytest.fixture
def world() -> StepWorld:
    return prepared()


def registering(world: StepWorld, **members: Any) -> None:
    """The next registration is answered with other members; None leaves one out."""
    world.kong.curity_traffic.once("POST", REGISTRATION_PATH, altered(**members))


def sealed_at(world: StepWorld, number: int) -> None:
    """The so-many-th write to Vault fails for good."""
    put, puts = world.vault.put, iter(range(1, 100))

    def failing(*given: Any, **named: Any) -> int:
        if next(puts) == number:
            raise Passing("vault", "sealed", "Unseal it.")
        return put(*given, **named)

    world.vault.put = failing  # type: ignore[method-assign]


def test_vault_says_pending_before_curity_is_asked(world: StepWorld) -> None:
    world.kong.curity_traffic.once("POST", REGISTRATION_PATH, lost)

    with pytest.raises(Unknown):
        converge(world)
    assert (kept(world)["state"], kept(world)["client_name"]) == ("pending", NAME)
    assert kept(world)["reserved_at"] and "client_secret" not in kept(world)


def test_a_lost_registration_is_named_until_somebody_clears_it(world: StepWorld) -> None:
    world.kong.curity_traffic.once("POST", REGISTRATION_PATH, lost)
    with pytest.raises(Unknown):
        converge(world)
    since = kept(world)["reserved_at"]
    seen, written, later = plan(world), converge(world), plan(world)

    for outcome in (seen, written, later):
        assert [(left.system, left.since) for left in outcome.orphans] == [("curity", since)]
        assert NAME in outcome.orphans[0].what
    assert seen.orphans == written.orphans == later.orphans
    _, second = world.kong.clients()
    assert kept(world)["client_id"] == second and world.kong.is_secret(second, kept(world)["client_secret"])
    world.vault.change(PATH, possible_orphans="")
    assert converge(world).orphans == ()


@pytest.mark.parametrize(
    ("path", "status", "body", "error", "words"),
    [
        (TOKEN_PATH, 401, {"error": "invalid_client"}, Refused, "scope dcr"),
        (TOKEN_PATH, 400, {"error": "invalid_scope"}, Refused, "authenticate-client-by"),
        (TOKEN_PATH, 503, {}, Passing, "503"),
        (REGISTRATION_PATH, 400, {"error": "invalid_redirect_uri", "error_description": "not https"}, Refused, "not https"),
        (REGISTRATION_PATH, 401, {}, Refused, "refused the token"),
        (REGISTRATION_PATH, 429, {}, Passing, "429"),
    ],
)
def test_what_was_not_registered_leaves_nothing_to_look_for(
    world: StepWorld, path: str, status: int, body: dict[str, str], error: type[DcrError], words: str
) -> None:
    world.kong.curity_traffic.once("POST", path, refused(status, **body))
    with pytest.raises(error, match=words):
        converge(world)

    assert "reserved_at" not in kept(world)
    outcome = converge(world)
    assert works(world) and outcome.orphans == ()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"grant_types": ["authorization_code"]}, "grant type client_credentials was not given"),
        ({"token_endpoint_auth_method": "none", "client_secret": None}, "authenticate by none"),
        ({"client_secret": None}, "no client secret was given"),
    ],
)
def test_a_useless_client_is_refused_in_words_and_removed(world: StepWorld, members: dict[str, Any], words: str) -> None:
    registering(world, **members)
    with pytest.raises(Refused, match=words):
        converge(world)

    assert world.kong.clients() == [] and world.kong.made(Application) == []
    assert plan(world).orphans == ()


def test_a_useless_client_that_cannot_be_removed_is_named_by_its_id(world: StepWorld) -> None:
    registering(world, grant_types=[], registration_access_token=None)
    with pytest.raises(Refused, match="left behind"):
        converge(world)
    (client_id,) = world.kong.clients()

    (left,) = plan(world).orphans
    assert left.what == f"client {client_id}, named {NAME}"


@pytest.mark.parametrize("members", [{"client_id": None}, {"registration_client_uri": "https://elsewhere.example/clients/1"}])
def test_an_answer_that_cannot_be_used_is_not_asked_for_again_and_again(world: StepWorld, members: dict[str, Any]) -> None:
    registering(world, **members)
    with pytest.raises(Misregistered):
        converge(world)

    assert len(plan(world).orphans) == 1


def test_a_redirect_uri_that_was_not_given_is_a_warning(world: StepWorld) -> None:
    registering(world, redirect_uris=[])

    assert any("redirect URI https://shop.example/callback was not given" in warning for warning in converge(world).warnings)
    assert works(world)


def test_a_secret_that_could_not_be_stored_is_lost_and_named(world: StepWorld) -> None:
    sealed_at(world, 2)
    with pytest.raises(Passing, match="sealed"):
        converge(world)
    outcome = converge(world)

    assert len(outcome.orphans) == 1 and len(world.kong.made(Application)) == 1
    assert kept(world)["state"] == "active" and kept(world)["client_id"] == world.kong.clients()[1]


def test_nothing_is_registered_if_vault_takes_no_reservation(world: StepWorld) -> None:
    sealed_at(world, 1)
    with pytest.raises(Passing):
        converge(world)

    assert world.kong.curity_traffic.sent == []


@pytest.mark.parametrize(
    "mishap",
    [lost, answered(problem(503, "Unavailable")), answered(problem(403, "Forbidden"))],
    ids=["lost", "503", "403"],
)
def test_a_registered_client_is_adopted_by_the_next_attempt(world: StepWorld, mishap: Any) -> None:
    world.kong.traffic.once(*ADOPT, mishap)
    with pytest.raises(DcrError):
        converge(world)
    assert kept(world)["state"] == "registered"
    converge(world)

    assert works(world)


def test_a_missing_right_to_create_is_named(world: StepWorld) -> None:
    world.kong.traffic.once(*ADOPT, answered(problem(403, "Forbidden")))

    with pytest.raises(Refused, match="Portals: Admin"):
        converge(world)


def test_an_adoption_that_vault_did_not_hear_of_is_found_by_its_client(world: StepWorld) -> None:
    sealed_at(world, 3)
    with pytest.raises(Passing):
        converge(world)
    converge(world)

    assert works(world)


def test_konnect_must_adopt_the_client_it_was_given(world: StepWorld) -> None:
    def disobedient(carry_out: CarryOut) -> httpx.Response:
        answer = carry_out()
        the_application(world).client_id = "konnects-own"
        return httpx.Response(201, json=answer.json() | {"client_id": "konnects-own"})

    world.kong.traffic.once(*ADOPT, disobedient)
    with pytest.raises(CheckFailed, match="konnects-own"):
        converge(world)


def test_a_konnect_that_forgets_what_it_created_is_found_out(world: StepWorld) -> None:
    def forgetful(carry_out: CarryOut) -> httpx.Response:
        answer = carry_out()
        world.kong.forget(Application)
        return answer

    world.kong.traffic.once(*ADOPT, forgetful)
    with pytest.raises(CheckFailed, match=r"did not keep .*/applications/checkout/dcr_client_id"):
        converge(world)


def test_nothing_is_written_without_the_lock(world: StepWorld) -> None:
    world.locks.held.discard(paths.tenant_lock("acme"))
    with pytest.raises(LostLock):
        converge(world)

    assert world.kong.curity_traffic.sent == [] and PATH not in world.vault.kept


def test_nothing_is_sent_or_written_after_the_lock_is_lost(world: StepWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost_meanwhile(_path: str) -> None:
        world.locks.held.clear()
        world.locks.require(paths.tenant_lock("acme"))

    monkeypatch.setattr(world.locks, "renew", lost_meanwhile)
    with pytest.raises(LostLock):
        converge(world)

    assert world.kong.curity_traffic.bodies("POST", REGISTRATION_PATH) == []
    assert kept(world)["reserved_at"], "the withdrawal would have been a write without the lock"


def test_a_person_who_empties_the_secret_gets_another_client(world: StepWorld) -> None:
    converge_all(world)
    first = kept(world)["client_id"]
    world.vault.change(PATH, client_secret="")
    converge_all(world)

    assert works(world) and kept(world)["client_id"] != first
