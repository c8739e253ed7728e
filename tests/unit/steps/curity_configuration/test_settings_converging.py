"""The Curity stages end to end: what they write, what they leave alone, what they put back."""

from __future__ import annotations

import pytest
from lxml import etree

from dcr.curity.admin.secret_check import Match, compare
from dcr.results.changes import KNOWN_AFTER_APPLY
from dcr.secret import Secret
from tests.unit.curity.admin.exports import NAMESPACES, PROFILE, parse, reference
from tests.unit.steps.curity_configuration.one_curity import (
    OUR_CLIENT,
    REGISTRATION,
    CurityWorld,
    a_platform,
    changes,
    look,
    require_contained,
    starts,
    write,
)

# How the sandbox's Curity tells its configuration; every way of JSON is the reading's matter (tests/unit/curity/admin/test_reading.py).
READINGS: tuple[dict[str, str], ...] = (
    {},
    {"identity_prefix": "bare", "endpoint_kind_prefix": "base"},
    {"unset_leaf": "404", "empty_container": "404"},
    {"empty_container": "200", "absent_presence_container": "204"},
    {"defaults": "report-all"},
    {"secret_readable": "hidden"},
)


@pytest.mark.parametrize("start", starts())
@pytest.mark.parametrize("readings", READINGS, ids=str)
def test_after_one_run_nothing_differs_any_more(start: str, readings: dict[str, str]) -> None:
    world = CurityWorld(start, **readings)
    written = write(world)

    assert changes(written)
    assert changes(look(world)) == []
    assert changes(write(world)) == []
    assert len(world.server.patches) == 2


@pytest.mark.parametrize("start", starts())
def test_a_look_foretells_exactly_what_is_written(start: str) -> None:
    world = CurityWorld(start)

    foretold, written = changes(look(world)), changes(write(world))

    assert [(change.path, change.before) for change in foretold] == [(change.path, change.before) for change in written]
    values = {change.after for change in foretold} - {change.after for change in written}
    assert values == {KNOWN_AFTER_APPLY}


@pytest.mark.parametrize("start", starts())
def test_every_element_that_was_there_is_there_unchanged(start: str) -> None:
    world = CurityWorld(start)
    before = world.server.config

    write(world)

    require_contained(before, world.server.config)


@pytest.mark.parametrize("start", starts())
def test_what_results_contains_the_derived_edit_of_the_reference(start: str) -> None:
    """Own ids and secret aside, and capabilities that the platform does not wish (here: code)."""
    world = CurityWorld(start)
    write(world, a_platform(capabilities=("code", "client-credentials")))
    patch = reference("root_patch.xml").replace(b"${DCR_CLIENT_ID}", b"konnect-dcr").replace(b"${DCR_CLIENT_SECRET}", b"")
    expected = parse(patch)
    secret = expected.find(".//as:secret[.='']", NAMESPACES)
    assert secret is not None
    secret.text = world.server.config.findtext(f"{OUR_CLIENT}/as:secret", namespaces=NAMESPACES)

    require_contained(expected, world.server.config)


def test_the_secret_in_vault_verifies_against_the_hash_that_curity_holds() -> None:
    world = CurityWorld()
    write(world)

    (stored,) = world.server.texts(f"{OUR_CLIENT}/as:secret")

    assert compare(Secret(stored), Secret(world.secret())) is Match.SAME
    assert sorted(world.server.texts(f"{OUR_CLIENT}/as:properties/as:property/as:value")) == ["1", "dcr"]


def test_a_look_writes_nothing_and_reads_each_subtree_once() -> None:
    world = CurityWorld()

    look(world)

    assert [request.method for request in world.server.traffic.requests] == ["GET", "GET", "GET"]
    assert (world.locks.history, world.vault.kept) == ([], {})


def test_a_second_look_costs_three_requests_too() -> None:
    world = CurityWorld()
    write(world)
    world.server.traffic.requests.clear()

    look(world)

    assert len(world.server.traffic.requests) == 3


def test_each_stage_writes_once_under_the_platforms_lock_and_makes_sure_of_it_first() -> None:
    world = CurityWorld()

    write(world)

    lock = "platform/lock"
    assert world.locks.history == [f"hold {lock}", f"release {lock}", *[f"hold {lock}", f"renew {lock}", f"release {lock}"] * 2]


def test_no_document_but_the_one_with_the_secret_holds_the_secret() -> None:
    world = CurityWorld()
    outcomes = write(world)
    secret = world.secret()

    assert [secret.encode() in patch for patch in world.server.patches] == [True, False]
    assert secret not in repr(outcomes)


# Drift: each managed leaf, one by one


def managed_leaves() -> list[str]:
    return [
        f"{PROFILE}/base:token-issuers/base:default-token-issuer/base:access-token-as-jwt",
        f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:data-sources/base:tokens-data-source-id",
        f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:jwt/base:signing-key-id",
        f"{PROFILE}/base:token-issuers/base:custom-token-issuer/base:jwt/base:verification-keystore-id",
        f"{OUR_CLIENT}/as:client-name",
        f"{OUR_CLIENT}/as:capabilities/as:client-credentials",
        f"{OUR_CLIENT}/as:properties/as:property[as:key='dcr-secret-version']",
        f"{OUR_CLIENT}/as:properties/as:property[as:key='managed-by']",
        f"{REGISTRATION}/as:non-templatized/as:capabilities/as:client-credentials",
        f"{REGISTRATION}/as:non-templatized/as:scopes/as:all",
        f"{REGISTRATION}/as:non-templatized/as:authenticators/as:all",
        f"{REGISTRATION}/as:non-templatized/as:client-authentication-method/as:secret",
        f"{REGISTRATION}/as:non-templatized/as:authenticate-client-by",
        f"{REGISTRATION}/as:client-management",
        f"{REGISTRATION}/as:client-data-source",
    ]


@pytest.mark.parametrize("leaf", managed_leaves(), ids=lambda leaf: leaf.rpartition("authorization-server/")[2])
def test_a_leaf_that_someone_removed_is_named_and_put_back_and_nothing_else(leaf: str) -> None:
    world = CurityWorld()
    write(world)
    undisturbed = world.server.config
    removed = world.server.removed(leaf)

    (change,) = changes(look(world))
    write(world)

    assert etree.QName(removed).localname in change.path or "property=" in change.path
    assert (change.before, change.conflict) == (None, "")
    require_contained(undisturbed, world.server.config)


def test_an_undeployed_endpoint_is_deployed_again() -> None:
    world = CurityWorld()
    write(world)
    role = "base:environments/base:environment/base:services/base:service-role[base:id='default']"
    world.server.removed(f"{role}/base:endpoints[.='token-service-dynamic-client-registration']")

    (change,) = changes(look(world))

    assert (change.path, change.after) == ("curity/service-role=default/endpoints", "token-service-dynamic-client-registration")
