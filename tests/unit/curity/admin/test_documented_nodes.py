"""Every node that this tool writes is in the node table of the reference folder, which was made from Curity's own pages and exports."""

from __future__ import annotations

import re

import pytest

from dcr.curity.admin.configuration import diff_configuration
from dcr.curity.admin.edit import Edit
from dcr.curity.admin.enablement import diff_enablement
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.nodes import Path
from dcr.curity.admin.state import ConfigClient, CurityState, Environment, Profile, ServiceRole
from dcr.model.platform import Capability
from dcr.secret import Secret
from tests.unit.curity.admin.exports import reference
from tests.unit.curity.admin.wanted import wanted

SERVER = "/profiles/profile/settings/authorization-server"
SHORT = {
    "…env/": "/environments/environment/",
    "…prof/": "/profiles/profile/",
    "CL/": f"{SERVER}/client-store/config-backed/client/",
    "DCR/": f"{SERVER}/dynamic-client-registration/",
    "NT/": f"{SERVER}/dynamic-client-registration/non-templatized/",
    "AS/": f"{SERVER}/",
}
ALL_CAPABILITIES = frozenset(Capability)


def documented() -> dict[str, str]:
    """Path to kind, as the table has them."""
    rows = re.findall(r"^\| W? *\| `([^`]+)` \| ([^|]+) \|", reference("leaves.md").decode(), re.MULTILINE)
    return {_long(node): kind.strip() for node, kind in rows}


def _long(node: str) -> str:
    return next((long + node.removeprefix(short) for short, long in SHORT.items() if node.startswith(short)), node)


def all_edits() -> tuple[Edit, ...]:
    """What is written where nothing is there: preconditions, a client that was switched off, every capability."""
    platform = wanted(set_preconditions=True, capabilities=tuple(Capability))
    off = ConfigClient("konnect-dcr", enabled=False)
    profile = Profile("token-service", basic_and_form_post=False, capabilities=ALL_CAPABILITIES - {"client-credentials"}, clients=(off,))
    state = CurityState(profile, Environment("https://curity.example", (ServiceRole("default"),)))
    return diff_configuration(state, platform, VersionedSecret(Secret("s"), 1)).writes + diff_enablement(state, platform).writes


def _plain(path: Path) -> str:
    return "".join(f"/{node.name}" for node in path)


def test_every_node_that_is_written_is_documented() -> None:
    table = documented()

    unknown = [_plain(edit.path) for edit in all_edits() if _plain(edit.path) not in table]

    assert len(table) > 300
    assert unknown == []


def test_a_value_is_given_to_leaves_only_and_presence_means_something_wherever_it_is_used() -> None:
    table = documented()

    wrong = [
        (_plain(edit.path), table[_plain(edit.path)])
        for edit in all_edits()
        if ("empty" in table[_plain(edit.path)] or table[_plain(edit.path)].startswith("presence")) is not (edit.value is None)
    ]

    assert wrong == []


@pytest.mark.parametrize("key", ["id", "type"])
def test_the_keys_of_a_profile_are_documented(key: str) -> None:
    assert f"/profiles/profile/{key}" in documented()
