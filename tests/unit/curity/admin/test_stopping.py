"""When the Curity stages must not write, or must not go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcr.errors import Conflict, LostLock, Problems, Refused, Stale
from dcr.model.tenant import ApiSpec, ApplicationSpec, Tenant
from dcr.results.facts import Facts
from dcr.steps.table import CURITY_CONFIGURATION, INITIAL_CLIENT
from tests.unit.curity.admin.contexts import Surroundings
from tests.unit.curity.admin.datastore import Datastore
from tests.unit.curity.admin.exports import NAMESPACES
from tests.unit.curity.admin.stages import (
    OUR_CLIENT,
    REGISTRATION,
    SERVER,
    STEPS,
    changes,
    look,
    merge_into_server,
    performed,
    surroundings,
    write,
)
from tests.unit.curity.admin.wanted import a_platform


def someones_client() -> Surroundings:
    around = surroundings()
    client = "<client><id>konnect-dcr</id><secret>theirs</secret><capabilities><client-credentials/></capabilities></client>"
    merge_into_server(around, f"<client-store><config-backed>{client}</config-backed></client-store>")
    return around


def someones_registration() -> Surroundings:
    around = surroundings()
    choice = "<non-templatized><no-authentication/></non-templatized>"
    data_source = "<client-data-source>default-datasource</client-data-source>"
    merge_into_server(around, f"<dynamic-client-registration>{data_source}{choice}</dynamic-client-registration>")
    return around


@pytest.mark.parametrize(
    ("make", "foreign"),
    [(someones_client, f"{OUR_CLIENT}/as:secret"), (someones_registration, f"{REGISTRATION}/as:non-templatized/as:no-authentication")],
)
def test_something_foreign_in_our_place_stops_the_run_before_it_is_touched(make: Any, foreign: str) -> None:
    around = make()
    theirs = around.datastore.texts(foreign)
    assert theirs
    foretold = [change for change in changes(look(around)) if change.conflict]

    with pytest.raises(Conflict) as raised:
        write(around)

    assert [problem.field for problem in raised.value.problems] == [change.path for change in foretold]
    assert around.datastore.texts(foreign) == theirs


@pytest.mark.parametrize("make", [someones_client, someones_registration])
def test_something_foreign_is_replaced_if_the_platform_says_so(make: Any) -> None:
    around = make()

    write(around, a_platform({"on_conflict": "overwrite"}))

    assert changes(look(around)) == []
    assert around.datastore.texts(f"{REGISTRATION}/as:non-templatized/as:no-authentication") == []
    assert around.datastore.texts(f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by") == ["konnect-dcr"]


def test_a_tenants_run_may_not_change_the_platforms_part_unless_allowed() -> None:
    around = surroundings()
    tenant = Tenant(
        slug="acme",
        portal="p",
        apis=[ApiSpec(name="a", path="/a")],
        applications=[ApplicationSpec(name="x", redirect_uri="https://x.example/cb")],
        owner="dev@acme.example",
        requested_by="me",
    )
    run = around.context(tenant=tenant)

    with pytest.raises(Conflict, match="prepare platform"):
        performed(INITIAL_CLIENT, run)
    assert around.vault.kept == {}

    run = replace(run, platform=a_platform({"profile_changes": "apply"}))
    for step in STEPS:
        performed(step, run)
    assert changes(look(around)) == []


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
    around = surroundings()

    assert [problem for outcome in look(around, a_platform(**curity)) for problem in outcome.problems]
    with pytest.raises(Problems):
        write(around, a_platform(**curity))


def test_missing_preconditions_are_set_in_the_same_edit_if_allowed() -> None:
    around = surroundings()
    server = around.datastore.config.find(SERVER, NAMESPACES)
    assert server is not None
    for name in ("client-capabilities", "openid-connect"):
        there = server.find(f"as:{name}", NAMESPACES)
        assert there is not None
        server.remove(there)

    with pytest.raises(Problems, match="set_preconditions"):
        write(around)
    write(around, a_platform(set_preconditions=True))

    assert around.datastore.texts(f"{SERVER}/as:openid-connect/as:expose-metadata") == [""]
    assert around.datastore.texts(f"{SERVER}/as:client-capabilities/as:client-credentials") == [""]
    assert len(around.datastore.patches) == 2


# Rivals and servers that do not do as they say


def test_what_another_run_wrote_meanwhile_is_not_written_again() -> None:
    around = surroundings()
    performed(INITIAL_CLIENT, around.context())
    rival = Surroundings(Datastore(around.datastore.config), around.vault)
    around.locks.on_hold.append(lambda: performed(CURITY_CONFIGURATION, rival.context()))

    outcome = performed(CURITY_CONFIGURATION, around.context())

    assert (outcome.changes, around.datastore.patches) == ((), [])


def test_a_run_that_lost_its_lock_writes_nothing_more() -> None:
    around = surroundings()
    performed(INITIAL_CLIENT, around.context())
    around.locks.lost = LostLock("vault: platform/lock", "was taken over", "Start again.")

    with pytest.raises(LostLock):
        performed(CURITY_CONFIGURATION, around.context())

    assert around.datastore.patches == []


def test_a_server_that_says_done_and_changes_nothing_is_found_out() -> None:
    around = surroundings(deaf=True)

    with pytest.raises(Refused) as raised:
        write(around)

    assert "did not keep" in str(raised.value)
    assert "default-token-issuer/access-token-as-jwt" in str(raised.value)
    assert around.vault.secret() not in str(raised.value)


def test_a_secret_that_someone_else_generated_in_the_last_moment_wins() -> None:
    """Outside the lock, as an operator would: check-and-set tells, and the next attempt uses it."""
    around = surroundings()
    run = around.context()
    put = around.vault.put

    def beaten(path: str, values: Any, *, expect: int | None = None) -> int:
        around.vault.keep(path, {"client_id": "konnect-dcr", "client_secret": "theirs"})
        return put(path, values, expect=expect)

    around.vault.put = beaten  # type: ignore[method-assign]

    with pytest.raises(Stale):
        performed(INITIAL_CLIENT, run)
    assert performed(INITIAL_CLIENT, run).facts == Facts(secret_version=1)
