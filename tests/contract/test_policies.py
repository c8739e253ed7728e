"""The policies that are shipped, and that the demo's Vault is loaded with, are those of the reference and no more."""

from __future__ import annotations

import pytest

from tests.reference import needs_reference, reference
from tests.sandbox_fixture import TREE

POLICIES = sorted((TREE / "deployments/policies").glob("*.hcl"))
NAMES = [file.stem for file in POLICIES]

pytestmark = needs_reference


KEEP, READ, LIST = '"create", "update", "read"', '"read"', '"list"'
OWN_TENANT = "tenants/{{identity.entity.metadata.tenant}}"
# What came after the reference, by path of the mount: the memory of a verification of Konnect's DCR provider that did not end well,
# receipts of what was removed, and what an offboarding has to read, since the reference's removes records alone.
ADDED: dict[str, dict[str, str]] = {
    "worker": {"data/platform/dcr-provider": KEEP, "data/tenants/+/receipts/+": KEEP, "metadata/tenants/+/receipts/": LIST},
    "worker-tenant": {
        "data/platform/dcr-provider": READ,
        f"data/{OWN_TENANT}/receipts/+": KEEP,
        f"metadata/{OWN_TENANT}/receipts/": LIST,
    },
    "reader": {"data/platform/dcr-provider": READ, "data/tenants/+/receipts/+": READ, "metadata/tenants/+/receipts/": LIST},
    "offboard": {
        "data/platform/konnect": READ,
        "data/tenants/+/spec": '"update", "read"',
        "data/tenants/+/applications/+": READ,
        "data/tenants/+/receipt": KEEP,
        "data/tenants/+/receipts/+": KEEP,
        "metadata/tenants/+/receipts/": LIST,
    },
}


def without(lines: list[str], added: list[str]) -> list[str]:
    """The lines without those that were added, which stand there once and together."""
    place = lines.index(added[0])
    assert lines[place : place + len(added)] == added
    return lines[:place] + lines[place + len(added) :]


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
    for path, rights in ADDED.get(name, {}).items():
        left = without(left, [f'path "dcr/{path}" {{', f"capabilities = [{rights}]", "}"])
    assert left == rules(wanted)
    assert rules(shipped)
