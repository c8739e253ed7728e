"""What is taken away of Curity's configuration: what Vault remembers that we wrote, as far as nobody has changed it since."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.errors import LostLock, Refused, Stale
from dcr.steps.curity_configuration import configuration, initial_client
from dcr.steps.dcr_enablement import enablement
from dcr.vault.paths import curity_changes
from tests.in_process import CarryOut
from tests.unit.curity.admin.exports import NAMESPACES, PROFILE, SERVER
from tests.unit.curity_in_process import DATA, added
from tests.unit.steps.curity_configuration.one_curity import (
    OUR_CLIENT,
    CurityWorld,
    changes,
    going,
    look,
    remove_one,
    require_contained,
    starts,
    write,
    write_one,
)

READINGS: tuple[dict[str, str], ...] = (
    {},
    {"identity_prefix": "bare", "endpoint_kind_prefix": "base"},
    {"unset_leaf": "404", "empty_container": "404", "delete_absent": "409"},
    {"empty_container": "200", "absent_presence_container": "204"},
    {"defaults": "report-all"},
    {"secret_readable": "hidden"},
)
CURITY_CHANGES = curity_changes()
REGISTRANT = "dynamic-client-registration/non-templatized/authenticate-client-by"
BASIC = f"{SERVER}/as:client-authentication/as:basic-and-form-post"
CLIENTS = f"{DATA}/base:profiles/profile=token-service,oauth-service/settings/profile-oauth:authorization-server/client-store/config-backed"


@pytest.mark.parametrize("start", starts())
@pytest.mark.parametrize("readings", READINGS, ids=str)
def test_steps_removed_last_one_first_leave_all_that_was_there_and_write_it_again_when_asked(start: str, readings: dict[str, str]) -> None:
    world = CurityWorld(start, **readings)
    before = world.server.config
    write(world)

    assert [remove_one(step, world) for step in (enablement, configuration, initial_client)] == [True] * 3
    assert [remove_one(step, world) for step in (enablement, configuration, initial_client)] == [False] * 3

    require_contained(before, world.server.config)
    require_contained(world.server.config, before)
    assert CURITY_CHANGES not in world.vault.kept
    assert changes(write(world))
    assert changes(look(world)) == []


def test_where_nothing_is_remembered_only_what_bears_our_mark_goes_and_the_rest_is_named() -> None:
    """A platform that was prepared before there was a memory."""
    world = CurityWorld()
    write(world)
    world.vault.remove(CURITY_CHANGES)
    told = going(enablement, world).warnings + going(configuration, world).warnings
    world.server.traffic.clear()
    remove_one(enablement, world)

    assert remove_one(configuration, world)

    assert world.server.traffic.writes() == [
        ("DELETE", f"{CLIENTS.removesuffix('client-store/config-backed')}{REGISTRANT}=konnect-dcr"),
        ("DELETE", f"{CLIENTS}/client=konnect-dcr"),
    ]
    assert world.server.texts(f"{SERVER}/as:client-store/as:config-backed/as:client/as:id") == ["web-shop"]
    assert world.server.texts(f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:id")
    assert all("nobody remembers what stood there before, so it stays" in one for one in told)
    assert "endpoint=token-service-dynamic-client-registration/uri" in told[0] and "access-token-as-jwt" in told[1]


def test_what_others_have_changed_since_stays_and_is_named() -> None:
    world = CurityWorld()
    write(world)
    remove_one(enablement, world)
    issuer = f"{PROFILE}/base:token-issuers/base:custom-token-issuer"
    with world.server.edited() as config:
        config.findall(f"{issuer}/base:jwt/base:signing-key-id", NAMESPACES)[0].text = "another"
    (warning,) = going(configuration, world).warnings
    world.server.traffic.clear()

    assert remove_one(configuration, world)

    assert world.server.texts(f"{issuer}/base:id") == ["userinfo"]
    assert "custom-token-issuer=userinfo stays: others have changed it since" in warning and "signing-key-id = another" in warning
    assert [path.rpartition("/")[2] for _, path in world.server.traffic.writes()] == ["client=konnect-dcr", "access-token-as-jwt"]


def test_a_value_that_was_there_before_is_given_back() -> None:
    world = CurityWorld()
    leaf = f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:jwt/base:signing-key-id"
    write(world)
    remove_one(enablement, world)
    with world.server.edited() as config:
        added(config, f"{SERVER}", "<client-authentication><basic-and-form-post>false</basic-and-form-post></client-authentication>")
    write_one(configuration, world, set_preconditions=True)
    assert world.server.texts(BASIC) == ["true"] and world.server.texts(leaf)

    assert remove_one(configuration, world)
    assert world.server.texts(BASIC) == ["false"]


def test_no_secret_is_remembered() -> None:
    world = CurityWorld()
    write(world)
    with world.server.edited() as config:
        (stored,) = config.findall(f"{OUR_CLIENT}/as:secret", NAMESPACES)
        hashed = stored.text
    kept = world.vault.kept[CURITY_CHANGES][0]["changes"]

    assert hashed and hashed not in kept and world.secret() not in kept
    assert "secret" in kept, "that there was one is"


def test_what_somebody_changes_while_it_is_taken_away_is_looked_at_again() -> None:
    world = CurityWorld()
    write(world)
    remove_one(enablement, world)

    def meanwhile(carry_out: CarryOut) -> Any:
        with world.server.edited() as config:
            added(config, OUR_CLIENT, "<description>theirs</description>")
        return carry_out()

    world.server.traffic.once("GET", ".*client=konnect-dcr", meanwhile)
    with pytest.raises(Stale):
        remove_one(configuration, world)
    assert world.server.texts(f"{OUR_CLIENT}/as:id") == ["konnect-dcr"]


def test_a_client_that_may_still_register_is_not_deleted() -> None:
    """The server refuses: registration refers to it."""
    world = CurityWorld()
    write(world)

    with pytest.raises(Refused, match="authenticate-client-by"):
        remove_one(configuration, world)

    assert world.server.texts(f"{OUR_CLIENT}/as:id") == ["konnect-dcr"]


def test_a_client_of_our_name_that_somebody_else_made_stays() -> None:
    world = CurityWorld()
    theirs = "<client><id>konnect-dcr</id><secret>theirs</secret><capabilities><client-credentials/></capabilities></client>"
    with world.server.edited() as config:
        added(config, f"{SERVER}/as:client-store/as:config-backed", theirs)

    assert not remove_one(configuration, world)
    assert world.server.traffic.writes() == []


def test_nothing_is_removed_after_the_lock_was_lost() -> None:
    world = CurityWorld()
    write(world)
    remove_one(enablement, world)
    world.server.traffic.clear()
    world.locks.on_hold.append(world.locks.held.clear)

    with pytest.raises(LostLock):
        remove_one(configuration, world)

    assert world.server.traffic.writes() == []
