"""What is taken away of Curity's configuration: the initial client, if it is ours, once nothing refers to it."""

from __future__ import annotations

import pytest

from dcr.errors import LostLock, Refused
from dcr.steps.curity_configuration import configuration, initial_client
from dcr.steps.dcr_enablement import enablement
from tests.unit.curity.admin.exports import PROFILE, SERVER
from tests.unit.curity_in_process import DATA, added
from tests.unit.steps.curity_configuration.one_curity import (
    OUR_CLIENT,
    CurityWorld,
    changes,
    look,
    remove_one,
    require_contained,
    starts,
    write,
)

CLIENTS = f"{DATA}/base:profiles/profile=token-service,oauth-service/settings/profile-oauth:authorization-server/client-store/config-backed"


UNMARKED = pytest.mark.xfail(strict=True, reason="its own endpoint is just as we make it, and an endpoint bears no mark")
STARTS = [pytest.param(start, marks=UNMARKED if start.startswith("mobile") else ()) for start in starts()]


@pytest.mark.parametrize("start", STARTS)
def test_steps_removed_last_one_first_leave_all_that_was_there_and_write_it_again_when_asked(start: str) -> None:
    world = CurityWorld(start)
    before = world.server.config
    write(world)

    assert [remove_one(step, world) for step in (enablement, configuration, initial_client)] == [True] * 3
    assert [remove_one(step, world) for step in (enablement, configuration, initial_client)] == [False] * 3

    require_contained(before, world.server.config)
    assert world.server.texts(OUR_CLIENT) == []
    assert changes(write(world))
    assert changes(look(world)) == []


def test_the_initial_client_alone_is_deleted_and_the_issuers_stay() -> None:
    world = CurityWorld()
    write(world)
    remove_one(enablement, world)
    world.server.traffic.clear()

    assert remove_one(configuration, world)

    assert world.server.traffic.writes() == [("DELETE", f"{CLIENTS}/client=konnect-dcr")]
    assert world.server.texts(f"{SERVER}/as:client-store/as:config-backed/as:client/as:id") == ["web-shop"]
    assert world.server.texts(f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:id")
    assert world.server.texts(f"{PROFILE}/base:token-issuers/base:default-token-issuer/base:access-token-as-jwt") == [""]


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
