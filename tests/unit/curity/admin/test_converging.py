"""The Curity stages end to end: what they write, what they leave alone, what they put back."""

from __future__ import annotations

import copy

import pytest
from lxml import etree

from dcr.curity.admin.secret_check import Match, compare
from dcr.results.changes import KNOWN_AFTER_APPLY
from dcr.secret import Secret
from tests.unit.curity.admin.datastore import PROFILE
from tests.unit.curity.admin.exports import NAMESPACES, parse, reference
from tests.unit.curity.admin.restconf import DIALECTS, Dialect
from tests.unit.curity.admin.stages import (
    OUR_CLIENT,
    REGISTRATION,
    changes,
    look,
    require_contained,
    starts,
    surroundings,
    write,
)
from tests.unit.curity.admin.wanted import a_platform


@pytest.mark.parametrize("start", starts())
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_after_one_run_nothing_differs_any_more(start: str, dialect: Dialect) -> None:
    around = surroundings(start, dialect=dialect)
    written = write(around)

    assert changes(written)
    assert changes(look(around)) == []
    assert changes(write(around)) == []
    assert len(around.datastore.patches) == 2


@pytest.mark.parametrize("start", starts())
def test_a_look_foretells_exactly_what_is_written(start: str) -> None:
    around = surroundings(start)

    foretold, written = changes(look(around)), changes(write(around))

    assert [(change.path, change.before) for change in foretold] == [(change.path, change.before) for change in written]
    values = {change.after for change in foretold} - {change.after for change in written}
    assert values == {KNOWN_AFTER_APPLY}


@pytest.mark.parametrize("start", starts())
def test_every_element_that_was_there_is_there_unchanged(start: str) -> None:
    around = surroundings(start)
    before = copy.deepcopy(around.datastore.config)

    write(around)

    require_contained(before, around.datastore.config, "")


@pytest.mark.parametrize("start", starts())
def test_what_results_contains_the_derived_edit_of_the_reference(start: str) -> None:
    """Own ids and secret aside, and capabilities that the platform does not wish (here: code)."""
    around = surroundings(start)
    write(around, a_platform(capabilities=("code", "client-credentials")))
    patch = reference("root_patch.xml").replace(b"${DCR_CLIENT_ID}", b"konnect-dcr").replace(b"${DCR_CLIENT_SECRET}", b"")
    expected = parse(patch)
    secret = expected.find(".//as:secret[.='']", NAMESPACES)
    assert secret is not None
    secret.text = around.datastore.config.findtext(f"{OUR_CLIENT}/as:secret", namespaces=NAMESPACES)

    require_contained(expected, around.datastore.config, "")


def test_the_secret_in_vault_verifies_against_the_hash_that_curity_holds() -> None:
    around = surroundings()
    write(around)

    (stored,) = around.datastore.texts(f"{OUR_CLIENT}/as:secret")

    assert compare(Secret(stored), Secret(around.vault.secret())) is Match.SAME
    assert around.datastore.texts(f"{OUR_CLIENT}/as:properties/as:property/as:value") == ["dcr", "1"]


def test_a_look_writes_nothing_and_reads_each_subtree_once() -> None:
    around = surroundings()

    look(around)

    assert [request.method for request in around.datastore.requests] == ["GET", "GET", "GET"]
    assert (around.locks.seen, around.vault.kept) == ([], {})


def test_a_second_look_costs_three_requests_too() -> None:
    around = surroundings()
    write(around)
    around.datastore.requests.clear()

    look(around)

    assert len(around.datastore.requests) == 3


def test_each_stage_writes_once_under_the_platforms_lock_and_makes_sure_of_it_first() -> None:
    around = surroundings()

    write(around)

    lock = "platform/lock"
    assert around.locks.seen == [f"hold {lock}", f"release {lock}", *[f"hold {lock}", f"renew {lock}", f"release {lock}"] * 2]


def test_no_document_but_the_one_with_the_secret_holds_the_secret() -> None:
    around = surroundings()
    outcomes = write(around)
    secret = around.vault.secret()

    assert [secret.encode() in patch for patch in around.datastore.patches] == [True, False]
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
    around = surroundings()
    write(around)
    undisturbed = copy.deepcopy(around.datastore.config)
    removed = around.datastore.config.find(leaf, NAMESPACES)
    assert removed is not None
    parent = removed.getparent()
    assert parent is not None
    parent.remove(removed)

    (change,) = changes(look(around))
    write(around)

    assert etree.QName(removed).localname in change.path or "property=" in change.path
    assert (change.before, change.conflict) == (None, "")
    require_contained(undisturbed, around.datastore.config, "")


def test_an_undeployed_endpoint_is_deployed_again() -> None:
    around = surroundings()
    write(around)
    role = around.datastore.config.find("base:environments/base:environment/base:services/base:service-role", NAMESPACES)
    assert role is not None
    deployed = next(child for child in role if child.text == "token-service-dynamic-client-registration")
    role.remove(deployed)

    (change,) = changes(look(around))

    assert (change.path, change.after) == ("curity/service-role=default/endpoints", "token-service-dynamic-client-registration")
