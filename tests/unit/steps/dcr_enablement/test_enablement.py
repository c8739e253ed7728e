"""What is taken away of registration: what we turned on and made; for others who have come to register it stays on."""

from __future__ import annotations

import pytest

from dcr.steps.dcr_enablement import enablement
from tests.unit.curity.admin.exports import PROFILE
from tests.unit.curity_in_process import DATA, added, taken_out
from tests.unit.steps.curity_configuration.one_curity import (
    REGISTRATION,
    CurityWorld,
    a_platform,
    changes,
    look,
    remove_one,
    require_contained,
    write,
)

OF_PROFILE = f"{DATA}/base:profiles/profile=token-service,oauth-service"
OURS = "token-service-dynamic-client-registration"
REGISTRANT = f"{OF_PROFILE}/settings/profile-oauth:authorization-server/dynamic-client-registration/non-templatized"
CONTAINER = REGISTRANT.rpartition("/")[0]
ROLE = "base:environments/base:environment/base:services/base:service-role"
KIND = "oauth-dynamic-client-registration"


def test_ours_is_deleted_one_by_one_what_refers_to_another_before_it() -> None:
    world = CurityWorld()
    write(world)
    world.server.traffic.clear()

    assert remove_one(enablement, world)

    assert world.server.traffic.writes() == [
        ("DELETE", f"{DATA}/base:environments/environment/services/service-role=default/endpoints={OURS}"),
        ("DELETE", f"{OF_PROFILE}/endpoints/endpoint={OURS}"),
        ("DELETE", CONTAINER),
    ]
    assert world.server.texts(f"{PROFILE}/base:endpoints/base:endpoint/base:id") == ["token-service-anonymous", "token-service-token"]
    assert world.server.texts(f"{ROLE}[base:id='default']/base:endpoints") == ["token-service-anonymous", "token-service-token"]


def test_an_endpoint_is_taken_from_every_role_that_deploys_it() -> None:
    world = CurityWorld()
    write(world)
    with world.server.edited() as config:
        added(config, f"{ROLE}[base:id='internal']", f"<endpoints>{OURS}</endpoints>")

    assert remove_one(enablement, world)

    assert OURS not in world.server.texts(f"{ROLE}/base:endpoints")


def test_registration_and_its_endpoint_stay_for_others_who_register() -> None:
    world = CurityWorld()
    write(world)
    with world.server.edited() as config:
        added(config, f"{REGISTRATION}/as:non-templatized", "<authenticate-client-by>web-shop</authenticate-client-by>")
    world.server.traffic.clear()

    assert [remove_one(enablement, world) for _ in range(2)] == [True, False]

    assert world.server.traffic.writes() == [("DELETE", f"{REGISTRANT}/authenticate-client-by=konnect-dcr")]
    assert OURS in world.server.texts(f"{ROLE}[base:id='default']/base:endpoints")
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by") == ["web-shop"]
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:capabilities/as:client-credentials") == [""]
    assert world.server.texts(f"{REGISTRATION}/as:client-data-source") == ["default-datasource"]


def test_an_endpoint_at_which_others_register_in_another_way_stays() -> None:
    world = CurityWorld()
    write(world)
    with world.server.edited() as config:
        taken_out(config, f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by")
        added(config, f"{REGISTRATION}/as:non-templatized", "<no-authentication/>")

    assert not remove_one(enablement, world)


@pytest.mark.parametrize("uri", ["/register", "/token-service/oauth-registration"], ids=["another address", "just as we make it"])
def test_an_endpoint_that_was_there_before_stays(uri: str) -> None:
    world = CurityWorld()
    theirs = f"<endpoint><id>{OURS}</id><uri>{uri}</uri><endpoint-kind>{KIND}</endpoint-kind></endpoint>"
    with world.server.edited() as config:
        added(config, f"{PROFILE}/base:endpoints", theirs)
        added(config, f"{ROLE}[base:id='default']", f"<endpoints>{OURS}</endpoints>")
    before = world.server.config
    write(world)
    world.server.traffic.clear()

    assert remove_one(enablement, world)

    assert world.server.traffic.writes() == [("DELETE", CONTAINER)]
    require_contained(before, world.server.config)


def test_registration_that_others_had_turned_on_is_as_it_was() -> None:
    """They register as they did; what we added for ours goes leaf by leaf, and the list that they chose never changed."""
    world = CurityWorld()
    theirs = (
        "<client-data-source>default-datasource</client-data-source><non-templatized><capabilities><code/></capabilities>"
        "<scopes><scope>read</scope></scopes><authenticate-client-by>web-shop</authenticate-client-by></non-templatized>"
    )
    with world.server.edited() as config:
        added(config, REGISTRATION, theirs)
    before = world.server.config
    write(world)

    assert remove_one(enablement, world)

    require_contained(before, world.server.config)
    texts = world.server.texts(f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by")
    assert texts == ["web-shop"] and OURS not in world.server.texts(f"{ROLE}/base:endpoints")


def test_another_case_of_a_choice_that_was_taken_over_is_given_back() -> None:
    world = CurityWorld()
    theirs = "<client-data-source>default-datasource</client-data-source><non-templatized><no-authentication/></non-templatized>"
    with world.server.edited() as config:
        added(config, REGISTRATION, theirs)
    write(world, a_platform({"on_conflict": "overwrite"}))
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:no-authentication") == []

    assert remove_one(enablement, world)

    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:no-authentication") == [""]
    assert world.server.texts(f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by") == []


def test_where_nothing_is_ours_nothing_is_sent_and_a_removed_part_is_written_again() -> None:
    world = CurityWorld()
    assert not remove_one(enablement, world)
    assert world.server.traffic.writes() == []

    write(world)
    remove_one(enablement, world)
    again = [change.path for change in changes(write(world))]

    assert [path.rpartition("/")[2] for path in again][-4:] == ["client-management", "uri", "endpoint-kind", "endpoints"]
    assert changes(look(world)) == []
