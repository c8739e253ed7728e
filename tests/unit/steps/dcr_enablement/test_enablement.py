"""What is taken away of registration: that our client may register, and the endpoint that we made; no more."""

from __future__ import annotations

from dcr.steps.dcr_enablement import enablement
from tests.unit.curity.admin.exports import PROFILE
from tests.unit.curity_in_process import DATA, added, taken_out
from tests.unit.steps.curity_configuration.one_curity import (
    REGISTRATION,
    CurityWorld,
    changes,
    look,
    remove_one,
    require_contained,
    write,
)

OF_PROFILE = f"{DATA}/base:profiles/profile=token-service,oauth-service"
OURS = "token-service-dynamic-client-registration"
REGISTRANT = f"{OF_PROFILE}/settings/profile-oauth:authorization-server/dynamic-client-registration/non-templatized"
ROLE = "base:environments/base:environment/base:services/base:service-role"
KIND = "oauth-dynamic-client-registration"


def test_ours_is_deleted_one_by_one_what_refers_to_another_before_it() -> None:
    world = CurityWorld()
    write(world)
    world.server.traffic.clear()

    assert remove_one(enablement, world)

    assert world.server.traffic.writes() == [
        ("DELETE", f"{REGISTRANT}/authenticate-client-by=konnect-dcr"),
        ("DELETE", f"{DATA}/base:environments/environment/services/service-role=default/endpoints={OURS}"),
        ("DELETE", f"{OF_PROFILE}/endpoints/endpoint={OURS}"),
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


def test_an_endpoint_that_is_not_as_we_make_it_stays() -> None:
    world = CurityWorld()
    theirs = f"<endpoint><id>{OURS}</id><uri>/register</uri><endpoint-kind>{KIND}</endpoint-kind></endpoint>"
    with world.server.edited() as config:
        added(config, f"{PROFILE}/base:endpoints", theirs)
        added(config, f"{ROLE}[base:id='default']", f"<endpoints>{OURS}</endpoints>")
    before = world.server.config
    write(world)
    world.server.traffic.clear()

    assert remove_one(enablement, world)

    assert world.server.traffic.writes() == [("DELETE", f"{REGISTRANT}/authenticate-client-by=konnect-dcr")]
    require_contained(before, world.server.config)


def test_where_nothing_is_ours_nothing_is_sent_and_a_removed_part_is_written_again() -> None:
    world = CurityWorld()
    assert not remove_one(enablement, world)
    assert world.server.traffic.writes() == []

    write(world)
    remove_one(enablement, world)
    again = [change.path for change in changes(write(world))]

    assert [path.rpartition("/")[2] for path in again] == ["authenticate-client-by", "uri", "endpoint-kind", "endpoints"]
    assert changes(look(world)) == []
