"""The policies that are shipped, and that the demo's Vault is loaded with, are those of the reference and no more."""

from __future__ import annotations

import pytest

from tests.reference import needs_reference, reference
from tests.sandbox_fixture import TREE

POLICIES = sorted((TREE / "deployments/policies").glob("*.hcl"))
NAMES = [file.stem for file in POLICIES]

pytestmark = needs_reference


# What came after the reference: the memory of a verification of Konnect's DCR provider that did not end well.
ADDED = {"worker": '"create", "update", "read"', "worker-tenant": '"read"', "reader": '"read"'}


def without(lines: list[str], added: list[str]) -> list[str]:
    """The lines without those that were added, which stand there once and together."""
    if not added:
        return lines
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
    ours = ['path "dcr/data/platform/dcr-provider" {', f"capabilities = [{ADDED[name]}]", "}"] if name in ADDED else []
    assert without(rules(shipped), ours) == rules(wanted)
    assert rules(shipped)
