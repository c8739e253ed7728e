"""From Vault to Curity: the initial client's secret is generated once, used, rotated, and never shown."""

from __future__ import annotations

import pytest

from dcr.curity.admin.secret_check import Match, compare
from dcr.errors import Conflict, LostLock, Missing, Problems
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.curity_configuration import configuration, initial_client
from dcr.steps.curity_configuration.initial_client import generated_secret
from tests.unit.steps.contexts import INITIAL_CLIENT as PATH
from tests.unit.steps.curity_configuration.one_curity import (
    OUR_CLIENT,
    CurityWorld,
    a_platform,
    changes,
    look,
    remove_one,
    write,
    write_one,
)


def test_a_secret_that_is_in_vault_already_is_used_and_not_replaced() -> None:
    world = CurityWorld()
    world.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "put-there-by-an-operator"})

    outcomes = write(world)

    assert outcomes[0] == Outcome(facts=Facts(secret_version=1), vault_paths=("vault://dcr/platform/initial-client",))
    assert world.secret() == "put-there-by-an-operator"


def test_a_secret_that_was_rotated_in_vault_is_sent_to_curity_and_only_that() -> None:
    world = CurityWorld()
    write(world)
    world.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "rotated"})

    written = changes(write(world))

    assert [(change.path.rpartition("konnect-dcr/")[2], change.before, change.after) for change in written] == [
        ("secret", "another secret", "Vault version 2"),
        ("properties/property=dcr-secret-version/value", "1", "2"),
    ]
    assert changes(look(world)) == []


def test_a_rotated_secret_is_sent_also_by_an_admin_user_who_may_not_see_hashes() -> None:
    world = CurityWorld(secret_readable="hidden")
    write(world)
    assert changes(look(world)) == []
    world.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "rotated"})

    write(world)

    (stored,) = world.server.texts(f"{OUR_CLIENT}/as:secret")
    assert compare(Secret(stored), Secret("rotated")) is Match.SAME
    assert changes(look(world)) == []


def test_a_run_that_died_between_vault_and_curity_is_continued_with_the_same_secret() -> None:
    world = CurityWorld()
    write_one(initial_client, world)
    in_vault = world.secret()

    write(world)

    assert world.secret() == in_vault
    assert changes(look(world)) == []


def test_a_run_that_waited_for_the_lock_uses_the_secret_that_the_holder_made() -> None:
    world = CurityWorld()
    values = {"client_id": "konnect-dcr", "client_secret": "the-holders"}
    world.locks.on_hold.append(lambda: world.vault.keep(PATH, values))

    outcome = write_one(initial_client, world)

    assert (outcome.facts, outcome.changes) == (Facts(secret_version=1), ())
    assert world.secret() == "the-holders"


def test_generated_secrets_differ_are_long_and_never_look_like_a_hash() -> None:
    some = {generated_secret().get_secret_value() for _ in range(200)}

    assert len(some) == 200
    assert all(len(secret) == 43 and not secret.startswith("$") for secret in some)


def test_a_secret_that_curity_would_take_for_a_hash_is_a_problem() -> None:
    world = CurityWorld()
    world.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "$5$abc"})

    (problem,) = look(world)[0].problems

    assert problem.field == "vault://dcr/platform/initial-client"
    with pytest.raises(Problems):
        write(world)


def test_another_clients_secret_in_vault_is_a_conflict_until_the_platform_says_overwrite() -> None:
    world = CurityWorld()
    world.vault.keep(PATH, {"client_id": "other", "client_secret": "s"})

    assert look(world)[0].facts == Facts()
    with pytest.raises(Conflict, match="another client, 'other'"):
        write(world)
    write(world, a_platform({"on_conflict": "overwrite"}))

    assert world.vault.kept[PATH][0]["client_id"] == "konnect-dcr"
    assert world.secret() != "s"


def test_curity_is_never_told_a_secret_that_is_not_in_vault() -> None:
    world = CurityWorld()

    with pytest.raises(Missing, match="has no secret of client 'konnect-dcr'"):
        write_one(configuration, world)

    assert world.server.patches == []


@pytest.mark.parametrize("values", [{"client_secret": "s"}, {"client_id": "konnect-dcr"}, {"client_id": "other", "client_secret": "s"}])
def test_what_an_operator_put_there_is_never_replaced_so_it_has_to_be_complete(values: dict[str, str]) -> None:
    world = CurityWorld()
    world.vault.keep(PATH, values, ours=False)

    (problem,) = look(world)[0].problems
    with pytest.raises(Problems):
        write(world, a_platform({"on_conflict": "overwrite"}))

    assert "was not written by this tool" in problem.fault
    assert world.vault.kept[PATH][1] == 1


# Removal


def test_a_secret_that_was_generated_is_removed_once() -> None:
    world = CurityWorld()
    write_one(initial_client, world)

    assert [remove_one(initial_client, world) for _ in range(2)] == [True, False]
    assert world.vault.kept == {}
    assert world.locks.history[-4:] == ["hold platform/lock", "release platform/lock"] * 2


def test_what_an_operator_put_into_vault_is_left_there() -> None:
    world = CurityWorld()
    world.vault.keep(PATH, {"client_id": "konnect-dcr", "client_secret": "s"}, ours=False)

    assert not remove_one(initial_client, world)
    assert world.secret() == "s"


def test_a_secret_is_not_removed_without_the_lock() -> None:
    world = CurityWorld()
    write_one(initial_client, world)
    world.locks.on_hold.append(world.locks.held.clear)

    with pytest.raises(LostLock):
        remove_one(initial_client, world)

    assert world.secret()
