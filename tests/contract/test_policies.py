"""The policies that are shipped, and that the demo's Vault is loaded with, are those of the reference and no more."""

from __future__ import annotations

import pytest

from tests.reference import needs_reference, reference
from tests.sandbox_fixture import TREE

POLICIES = sorted((TREE / "deployments/policies").glob("*.hcl"))
NAMES = [file.stem for file in POLICIES]

pytestmark = needs_reference


# What came after the reference, a rule a line: path and capabilities.
_VERIFICATION = "dcr/data/platform/dcr-provider"  # the memory of a verification of Konnect's DCR provider that did not end well
_OWNER, _OWNER_DESTROYED = "dcr/data/publications/+/+", "dcr/destroy/publications/+/+"  # whose the publication of an API in a portal is
_OWNERS, _OWNERS_OF_A_PORTAL, _OWNER_METADATA = (f"dcr/metadata/publications/{rest}" for rest in ("", "+/", "+/+"))
_CHANGES = "dcr/data/platform/curity-changes"  # what stood in Curity's configuration before us
_PLATFORM_DESTROYED = "dcr/destroy/platform/{}"  # when the platform's own part is dismantled
_RECEIPT, _RECEIPTS = "dcr/data/tenants/+/receipts/+", "dcr/metadata/tenants/+/receipts/"  # what was removed of an application
_OWN_RECEIPT, _OWN_RECEIPTS = (path.replace("+", "{{identity.entity.metadata.tenant}}", 1) for path in (_RECEIPT, _RECEIPTS))
KEEP = '"create", "update", "read"'
ADDED: dict[str, dict[str, str]] = {
    "worker": {
        _VERIFICATION: KEEP,
        _OWNER: KEEP,
        _OWNER_DESTROYED: '"update"',
        _CHANGES: KEEP,
        _PLATFORM_DESTROYED.format("dcr-provider"): '"update"',
        _PLATFORM_DESTROYED.format("curity-changes"): '"update"',
        _RECEIPT: KEEP,
        _RECEIPTS: '"list"',
    },
    "worker-tenant": {
        _VERIFICATION: '"read"',
        _OWNER: KEEP,
        _OWNER_DESTROYED: '"update"',
        _CHANGES: '"read"',
        _OWN_RECEIPT: KEEP,
        _OWN_RECEIPTS: '"list"',
    },
    "reader": {
        _VERIFICATION: '"read"',
        _OWNER: '"read"',
        _OWNERS: '"list"',
        _OWNERS_OF_A_PORTAL: '"list"',
        _OWNER_METADATA: '"read"',
        _CHANGES: '"read"',
        _RECEIPT: '"read"',
        _RECEIPTS: '"list"',
    },
    "offboard": {
        _OWNER: '"update", "read"',
        _OWNER_DESTROYED: '"update"',
        _OWNER_METADATA: '"read", "delete"',
        **{f"dcr/data/platform/{name}": '"read"' for name in ("konnect", "curity", "initial-client", "dcr-provider", "curity-changes")},
        **{_PLATFORM_DESTROYED.format(name): '"update"' for name in ("initial-client", "dcr-provider", "curity-changes")},
        "dcr/data/platform/lock": KEEP,
        "dcr/data/tenants/+/spec": '"update", "read"',
        "dcr/data/tenants/+/applications/+": '"read"',
        "dcr/data/tenants/+/receipt": KEEP,
        _RECEIPT: KEEP,
        _RECEIPTS: '"list"',
    },
}


def without(lines: list[str], path: str, capabilities: str) -> list[str]:
    """The lines without one rule, which stands there once."""
    rule = [f'path "{path}" {{', f"capabilities = [{capabilities}]", "}"]
    place = lines.index(rule[0])
    assert lines[place : place + len(rule)] == rule and lines.count(rule[0]) == 1
    return lines[:place] + lines[place + len(rule) :]


def rules(text: str) -> list[str]:
    """A policy's lines without comments and blanks."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def test_the_policies_are_those_of_the_reference() -> None:
    known = {file.stem.removeprefix("policy_").replace("_", "-") for file in (reference() / "vault").glob("policy_*.hcl")}
    assert set(NAMES) == known


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_allows_what_the_reference_allows(name: str) -> None:
    shipped = (TREE / f"deployments/policies/{name}.hcl").read_text()
    wanted = (reference() / f"vault/policy_{name.replace('-', '_')}.hcl").read_text()
    left = rules(shipped)
    for path, capabilities in ADDED.get(name, {}).items():
        left = without(left, path, capabilities)
    assert left == rules(wanted)
