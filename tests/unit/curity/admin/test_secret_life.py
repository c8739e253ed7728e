"""From Vault to Curity: the initial client's secret is generated once, used, rotated, and never shown."""

from __future__ import annotations

import pytest

from dcr.curity.admin.secret_check import Match, compare
from dcr.errors import Conflict, Missing, Problems
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.curity_configuration.initial_client import generated_secret
from dcr.steps.table import CURITY_CONFIGURATION, INITIAL_CLIENT
from tests.unit.curity.admin.contexts import PATH
from tests.unit.curity.admin.stages import (
    OUR_CLIENT,
    changes,
    look,
    performed,
    surroundings,
    write,
)
from tests.unit.curity.admin.wanted import a_platform


def test_a_secret_that_is_in_vault_already_is_used_and_not_replaced() -> None:
    around = surroundings()
    around.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "put-there-by-an-operator"})

    outcomes = write(around)

    assert outcomes[0] == Outcome(facts=Facts(secret_version=1), vault_paths=("vault://dcr/platform/initial-client",))
    assert around.vault.secret() == "put-there-by-an-operator"


def test_a_secret_that_was_rotated_in_vault_is_sent_to_curity_and_only_that() -> None:
    around = surroundings()
    write(around)
    around.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "rotated"})

    written = changes(write(around))

    assert [(change.path.rpartition("konnect-dcr/")[2], change.before, change.after) for change in written] == [
        ("secret", "another secret", "Vault version 2"),
        ("properties/property=dcr-secret-version/value", "1", "2"),
    ]
    assert changes(look(around)) == []


def test_a_rotated_secret_is_sent_also_by_an_admin_user_who_may_not_see_hashes() -> None:
    around = surroundings(shows_secrets=False)
    write(around)
    assert changes(look(around)) == []
    around.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "rotated"})

    write(around)

    (stored,) = around.datastore.texts(f"{OUR_CLIENT}/as:secret")
    assert compare(Secret(stored), Secret("rotated")) is Match.SAME
    assert changes(look(around)) == []


def test_a_run_that_died_between_vault_and_curity_is_continued_with_the_same_secret() -> None:
    around = surroundings()
    performed(INITIAL_CLIENT, around.context())
    in_vault = around.vault.secret()

    write(around)

    assert around.vault.secret() == in_vault
    assert changes(look(around)) == []


def test_a_run_that_waited_for_the_lock_uses_the_secret_that_the_holder_made() -> None:
    around = surroundings()
    values = {"client_id": "konnect-dcr", "client_secret": "the-holders"}
    around.locks.on_hold.append(lambda: around.vault.keep(PATH, values))

    outcome = performed(INITIAL_CLIENT, around.context())

    assert (outcome.facts, outcome.changes) == (Facts(secret_version=1), ())
    assert around.vault.secret() == "the-holders"


def test_generated_secrets_differ_are_long_and_never_look_like_a_hash() -> None:
    some = {generated_secret().get_secret_value() for _ in range(200)}

    assert len(some) == 200
    assert all(len(secret) == 43 and not secret.startswith("$") for secret in some)


def test_a_secret_that_curity_would_take_for_a_hash_is_a_problem() -> None:
    around = surroundings()
    around.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "$5$abc"})

    (problem,) = look(around)[0].problems

    assert problem.field == "vault://dcr/platform/initial-client"
    with pytest.raises(Problems):
        write(around)


def test_another_clients_secret_in_vault_is_a_conflict_until_the_platform_says_overwrite() -> None:
    around = surroundings()
    around.vault.keep(PATH, {"client_id": "other", "client_secret": "s"})

    assert look(around)[0].facts == Facts()
    with pytest.raises(Conflict, match="another client, 'other'"):
        write(around)
    write(around, a_platform({"on_conflict": "overwrite"}))

    assert around.vault.kept[PATH].values["client_id"].get_secret_value() == "konnect-dcr"
    assert around.vault.secret() != "s"


def test_curity_is_never_told_a_secret_that_is_not_in_vault() -> None:
    around = surroundings()

    with pytest.raises(Missing, match="has no secret of client 'konnect-dcr'"):
        performed(CURITY_CONFIGURATION, around.context())

    assert around.datastore.patches == []


@pytest.mark.parametrize("values", [{"client_secret": "s"}, {"client_id": "konnect-dcr"}, {"client_id": "other", "client_secret": "s"}])
def test_what_an_operator_put_there_is_never_replaced_so_it_has_to_be_complete(values: dict[str, str]) -> None:
    around = surroundings()
    around.vault.keep(PATH, values, ours=False)

    (problem,) = look(around)[0].problems
    with pytest.raises(Problems):
        write(around, a_platform({"on_conflict": "overwrite"}))

    assert "was not written by this tool" in problem.fault
    assert around.vault.kept[PATH].version == 1
