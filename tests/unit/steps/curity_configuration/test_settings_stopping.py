"""When the Curity stages must not write, or must not go on."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.errors import Conflict, LostLock, Problems, Refused, Stale
from dcr.results.facts import NOTHING_KNOWN, Facts
from dcr.steps.curity_configuration import configuration, initial_client
from tests.in_process import Traffic
from tests.unit.curity.admin.exports import SERVER
from tests.unit.curity_in_process import added, taken_out
from tests.unit.steps.contexts import StepWorld, all_converged, converged
from tests.unit.steps.curity_configuration.one_curity import (
    OUR_CLIENT,
    REGISTRATION,
    STEPS,
    CurityWorld,
    a_platform,
    changes,
    look,
    write,
    write_one,
)


def someones_client() -> CurityWorld:
    world = CurityWorld()
    client = "<client><id>konnect-dcr</id><secret>theirs</secret><capabilities><client-credentials/></capabilities></client>"
    with world.server.edited() as config:
        added(config, f"{SERVER}/as:client-store/as:config-backed", client)
    return world


def someones_registration() -> CurityWorld:
    world = CurityWorld()
    choice = "<non-templatized><no-authentication/></non-templatized>"
    data_source = "<client-data-source>default-datasource</client-data-source>"
    with world.server.edited() as config:
        added(config, REGISTRATION, data_source + choice)
    return world


@pytest.mark.parametrize(
    ("make", "foreign"),
    [(someones_client, f"{OUR_CLIENT}/as:secret"), (someones_registration, f"{REGISTRATION}/as:non-templatized/as:no-authentication")],
)
def test_something_foreign_in_our_place_stops_the_run_before_it_is_touched(make: Any, foreign: str) -> None:
    world = make()
    theirs = world.server.texts(foreign)
    assert theirs
    foretold = [change for change in changes(look(world)) if change.conflict]

    with pytest.raises(Conflict) as raised:
        write(world)

    assert [problem.field for problem in raised.value.problems] == [change.path for change in foretold]
    assert world.server.texts(foreign) == theirs


@pytest.mark.parametrize("make", [someones_client, someones_registration])
def test_something_foreign_is_replaced_if_the_platform_says_so(make: Any) -> None:
    world = make()

    write(world, a_platform({"on_conflict": "overwrite"}))

    assert changes(look(world)) == []
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:no-authentication") == []
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by") == ["konnect-dcr"]


def test_a_tenants_run_may_not_change_the_platforms_part_unless_allowed() -> None:
    world = CurityWorld()

    with pytest.raises(Conflict, match="prepare platform"):
        converged(initial_client, world, NOTHING_KNOWN, platform=a_platform())
    assert world.vault.kept == {}

    all_converged(STEPS, world, NOTHING_KNOWN, platform=a_platform({"profile_changes": "apply"}))
    assert changes(look(world)) == []


@pytest.mark.parametrize(
    "curity",
    [
        {"profile": "other"},
        {"signing_key": "none"},
        {"service_roles": ("internal",)},
    ],
    ids=["no such profile", "no such key", "a disabled role"],
)
def test_what_people_must_mend_first_is_told_by_a_look_and_stops_a_write(curity: dict[str, Any]) -> None:
    world = CurityWorld()

    assert [problem for outcome in look(world, a_platform(**curity)) for problem in outcome.problems]
    with pytest.raises(Problems):
        write(world, a_platform(**curity))


def test_missing_preconditions_are_set_in_the_same_edit_if_allowed() -> None:
    world = CurityWorld()
    with world.server.edited() as config:
        for name in ("client-capabilities", "openid-connect"):
            taken_out(config, f"{SERVER}/as:{name}")

    with pytest.raises(Problems, match="set_preconditions"):
        write(world)
    write(world, a_platform(set_preconditions=True))

    assert world.server.texts(f"{SERVER}/as:openid-connect/as:expose-metadata") == [""]
    assert world.server.texts(f"{SERVER}/as:client-capabilities/as:client-credentials") == [""]
    assert len(world.server.patches) == 2


# Rivals and servers that do not do as they say


def test_what_another_run_wrote_meanwhile_is_not_written_again() -> None:
    world = CurityWorld()
    write_one(initial_client, world)
    rival = StepWorld(vault=world.vault, curity=world.server.admin(Traffic()))
    world.locks.on_hold.append(lambda: write_one(configuration, rival))

    outcome = write_one(configuration, world)

    assert (outcome.changes, world.server.patches) == ((), [])


def test_a_run_that_lost_its_lock_writes_nothing_more() -> None:
    world = CurityWorld()
    write_one(initial_client, world)
    world.locks.on_hold.append(world.locks.held.clear)

    with pytest.raises(LostLock):
        write_one(configuration, world)

    assert world.server.patches == []


def test_a_server_that_says_done_and_changes_nothing_is_found_out() -> None:
    world = CurityWorld()
    world.server.datastore.set_knobs({"change_nothing": True})

    with pytest.raises(Refused) as raised:
        write(world)

    assert "did not keep" in str(raised.value)
    assert "default-token-issuer/access-token-as-jwt" in str(raised.value)
    assert world.secret() not in str(raised.value)


def test_a_secret_that_someone_else_generated_in_the_last_moment_wins() -> None:
    """Outside the lock, as an operator would: check-and-set tells, and the next attempt uses it."""
    world = CurityWorld()
    put = world.vault.put

    def beaten(path: str, values: Any, *, expect: int | None = None) -> int:
        world.vault.keep(path, {"client_id": "konnect-dcr", "client_secret": "theirs"})
        return put(path, values, expect=expect)

    world.vault.put = beaten  # type: ignore[method-assign]

    with pytest.raises(Stale):
        write_one(initial_client, world)
    assert write_one(initial_client, world).facts == Facts(secret_version=1)
