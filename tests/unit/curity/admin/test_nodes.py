"""Paths of settings as RESTCONF addresses them, and as a plan shows them."""

from __future__ import annotations

import pytest

from dcr.curity.admin import nodes
from dcr.curity.admin.nodes import Path, below, display, entry, resource
from sandbox.curity.configuration.schema_loader import load_schema
from sandbox.curity.restconf.resource import parse_resource

PROFILE = "base:profiles/profile=token-service,oauth-service"
SERVER = f"{PROFILE}/settings/profile-oauth:authorization-server"
ROLES = "base:environments/environment/services/service-role"
REGISTRANTS = below(nodes.authorization_server("token-service"), "dynamic-client-registration", "non-templatized")

CASES: dict[str, tuple[Path, str]] = {
    "a list entry with two keys": (nodes.profile("token-service"), PROFILE),
    "another module below": (nodes.authorization_server("token-service"), SERVER),
    "that module's own nodes": (nodes.client("token-service", "konnect-dcr"), f"{SERVER}/client-store/config-backed/client=konnect-dcr"),
    "a leaf": (below(nodes.client("token-service", "c"), "client-name"), f"{SERVER}/client-store/config-backed/client=c/client-name"),
    "three keys": (
        nodes.custom_token_issuer("token-service", "userinfo", "jwt", "userinfo"),
        f"{PROFILE}/token-issuers/custom-token-issuer=userinfo,jwt,userinfo",
    ),
    "an endpoint": (nodes.endpoint("token-service", "dcr"), f"{PROFILE}/endpoints/endpoint=dcr"),
    "a service role": (nodes.service_role("default"), f"{ROLES}=default"),
    "a value of a leaf-list": (entry(nodes.service_role("default"), "endpoints", "dcr"), f"{ROLES}=default/endpoints=dcr"),
    "a value of another module's leaf-list": (
        entry(REGISTRANTS, "authenticate-client-by", "konnect-dcr"),
        f"{SERVER}/dynamic-client-registration/non-templatized/authenticate-client-by=konnect-dcr",
    ),
    "separators in a key": (nodes.service_role("a/b,c=d e"), f"{ROLES}=a%2Fb%2Cc%3Dd%20e"),
    "separators in a value": (entry(nodes.service_role("r"), "endpoints", "a/b,c%"), f"{ROLES}=r/endpoints=a%2Fb%2Cc%25"),
    "letters beyond ASCII": (nodes.service_role("öst"), f"{ROLES}=%C3%B6st"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_path_is_written_as_restconf_addresses_it(case: str) -> None:
    path, address = CASES[case]

    assert resource(path) == address


@pytest.mark.parametrize("case", CASES)
def test_a_server_finds_the_nodes_and_keys_at_that_address(case: str) -> None:
    path, address = CASES[case]

    found = parse_resource(address, load_schema())

    assert [step.node.name for step in found.steps] == [node.name for node in path]
    assert [step.keys or () for step in found.steps] == [tuple(key.value for key in node.keys) for node in path]


def test_a_plan_shows_one_value_of_a_leaf_list_with_the_value() -> None:
    assert display(CASES["a value of a leaf-list"][0]) == "curity/service-role=default/endpoints=dcr"
