"""Whatever fails in between, the next attempt ends with one client that works; a client that may be left behind stays named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.curity.runtime.client_registration import Misregistered
from dcr.errors import CheckFailed, DcrError, LostLock, Passing, Refused, Unknown
from dcr.vault import paths
from tests.unit.curity.runtime.registrar import REGISTRATION_PATH, TOKEN_PATH, lost, refused
from tests.unit.konnect.region import problem
from tests.unit.steps.application.one_application import losing
from tests.unit.steps.application.one_import import NAME, PATH, converge, converge_all, kept, prepared, works
from tests.unit.steps.contexts import Surroundings

REGISTER, TOKEN = f"POST {REGISTRATION_PATH}", f"POST {TOKEN_PATH}"
ADOPT = ("POST", "/v3/portals/[^/]+/applications")


@pytest.fixture
def around() -> Surroundings:
    return prepared()


def sealed_at(around: Surroundings, number: int) -> None:
    """The so-many-th write to Vault fails for good."""
    put, puts = around.vault.put, iter(range(1, 100))

    def failing(*given: Any, **named: Any) -> int:
        if next(puts) == number:
            raise Passing("vault", "sealed", "Unseal it.")
        return put(*given, **named)

    around.vault.put = failing  # type: ignore[method-assign]


def test_vault_says_pending_before_curity_is_asked(around: Surroundings) -> None:
    around.curity.once(REGISTER, lost)

    with pytest.raises(Unknown):
        converge(around)
    assert (kept(around)["state"], kept(around)["client_name"]) == ("pending", NAME)
    assert kept(around)["reserved_at"] and "client_secret" not in kept(around)


def test_a_lost_registration_is_named_until_somebody_clears_it(around: Surroundings) -> None:
    around.curity.once(REGISTER, lost)
    with pytest.raises(Unknown):
        converge(around)
    since = kept(around)["reserved_at"]
    seen, written, later = converge(around, write=False), converge(around), converge(around, write=False)

    for outcome in (seen, written, later):
        assert [(left.system, left.since) for left in outcome.orphans] == [("curity", since)]
        assert NAME in outcome.orphans[0].what
    assert seen.orphans == written.orphans == later.orphans
    assert len(around.curity.clients) == 2 and kept(around)["client_secret"] == f"secret-of-{list(around.curity.clients)[1]}"
    values, version = around.vault.kept[PATH]
    around.vault.kept[PATH] = ({**values, "possible_orphans": ""}, version)
    assert converge(around).orphans == ()


@pytest.mark.parametrize(
    ("call", "status", "body", "error", "words"),
    [
        (TOKEN, 401, {"error": "invalid_client"}, Refused, "scope dcr"),
        (TOKEN, 400, {"error": "invalid_scope"}, Refused, "authenticate-client-by"),
        (TOKEN, 503, {}, Passing, "503"),
        (REGISTER, 400, {"error": "invalid_redirect_uri", "error_description": "not https"}, Refused, "not https"),
        (REGISTER, 401, {}, Refused, "refused the token"),
        (REGISTER, 429, {}, Passing, "429"),
    ],
)
def test_what_was_not_registered_leaves_nothing_to_look_for(
    around: Surroundings, call: str, status: int, body: dict[str, str], error: type[DcrError], words: str
) -> None:
    around.curity.once(call, refused(status, **body))
    with pytest.raises(error, match=words):
        converge(around)

    assert "reserved_at" not in kept(around)
    outcome = converge(around)
    assert works(around) and outcome.orphans == ()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"grant_types": ["authorization_code"]}, "grant type client_credentials was not given"),
        ({"token_endpoint_auth_method": "none", "client_secret": None}, "authenticate by none"),
        ({"client_secret": None}, "no client secret was given"),
    ],
)
def test_a_useless_client_is_refused_in_words_and_removed(around: Surroundings, members: dict[str, Any], words: str) -> None:
    around.curity.answers = members
    with pytest.raises(Refused, match=words):
        converge(around)

    assert around.curity.clients == {} and around.region.applications == []
    assert converge(around, write=False).orphans == ()


def test_a_useless_client_that_cannot_be_removed_is_named_by_its_id(around: Surroundings) -> None:
    around.curity.answers = {"grant_types": [], "registration_access_token": None}
    with pytest.raises(Refused, match="left behind"):
        converge(around)
    (client_id,) = around.curity.clients

    (left,) = converge(around, write=False).orphans
    assert left.what == f"client {client_id}, named {NAME}"


@pytest.mark.parametrize("members", [{"client_id": None}, {"registration_client_uri": "https://elsewhere.example/clients/1"}])
def test_an_answer_that_cannot_be_used_is_not_asked_for_again_and_again(around: Surroundings, members: dict[str, Any]) -> None:
    around.curity.answers = members
    with pytest.raises(Misregistered):
        converge(around)

    assert len(converge(around, write=False).orphans) == 1


def test_a_redirect_uri_that_was_not_given_is_a_warning(around: Surroundings) -> None:
    around.curity.answers = {"redirect_uris": []}

    assert any("redirect URI https://shop.example/callback was not given" in warning for warning in converge(around).warnings)
    assert works(around)


def test_a_secret_that_could_not_be_stored_is_lost_and_named(around: Surroundings) -> None:
    sealed_at(around, 2)
    with pytest.raises(Passing, match="sealed"):
        converge(around)
    outcome = converge(around)

    assert len(outcome.orphans) == 1 and len(around.region.applications) == 1
    assert kept(around)["state"] == "active" and kept(around)["client_id"] == list(around.curity.clients)[1]


def test_nothing_is_registered_if_vault_takes_no_reservation(around: Surroundings) -> None:
    sealed_at(around, 1)
    with pytest.raises(Passing):
        converge(around)

    assert around.curity.sent == []


@pytest.mark.parametrize("mishap", [losing(), lambda _: problem(503, "Unavailable"), lambda _: problem(403, "Forbidden")])
def test_a_registered_client_is_adopted_by_the_next_attempt(around: Surroundings, mishap: Any) -> None:
    around.region.once(*ADOPT, mishap)
    with pytest.raises(DcrError):
        converge(around)
    assert kept(around)["state"] == "registered"
    converge(around)

    assert works(around)


def test_a_missing_right_to_create_is_named(around: Surroundings) -> None:
    around.region.once(*ADOPT, lambda _: problem(403, "Forbidden"))

    with pytest.raises(Refused, match="Portals: Admin"):
        converge(around)


def test_an_adoption_that_vault_did_not_hear_of_is_found_by_its_client(around: Surroundings) -> None:
    sealed_at(around, 3)
    with pytest.raises(Passing):
        converge(around)
    converge(around)

    assert works(around)


def test_konnect_must_adopt_the_client_it_was_given(around: Surroundings) -> None:
    def disobedient(carry_out: Any) -> httpx.Response:
        answered: httpx.Response = carry_out()
        around.region.applications[0]["client_id"] = "konnects-own"
        return httpx.Response(201, json=answered.json() | {"client_id": "konnects-own"})

    around.region.once(*ADOPT, disobedient)
    with pytest.raises(CheckFailed, match="konnects-own"):
        converge(around)


def test_a_konnect_that_forgets_what_it_created_is_found_out(around: Surroundings) -> None:
    def forgetful(carry_out: Any) -> httpx.Response:
        answered: httpx.Response = carry_out()
        around.region.applications.clear()
        return answered

    around.region.once(*ADOPT, forgetful)
    with pytest.raises(DcrError, match=r"404|does not know it"):
        converge(around)


def test_nothing_is_written_without_the_lock(around: Surroundings) -> None:
    around.locks.held.discard(paths.tenant_lock("acme"))
    with pytest.raises(LostLock):
        converge(around)

    assert around.curity.sent == [] and PATH not in around.vault.kept


def test_nothing_is_sent_or_written_after_the_lock_is_lost(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost_meanwhile(_path: str) -> None:
        around.locks.held.clear()
        around.locks.require(paths.tenant_lock("acme"))

    monkeypatch.setattr(around.locks, "renew", lost_meanwhile)
    with pytest.raises(LostLock):
        converge(around)

    assert ("POST", REGISTRATION_PATH) not in around.curity.sent
    assert kept(around)["reserved_at"], "the withdrawal would have been a write without the lock"


def test_a_person_who_empties_the_secret_gets_another_client(around: Surroundings) -> None:
    converge_all(around)
    first = kept(around)["client_id"]
    values, version = around.vault.kept[PATH]
    around.vault.kept[PATH] = ({**values, "client_secret": ""}, version)
    converge_all(around)

    assert works(around) and kept(around)["client_id"] != first
