"""Preflight's look at Vault, on a real server with the shipped policies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from dcr.model.tenant import Tenant
from dcr.results.outcome import Outcome
from dcr.settings.model import Settings
from dcr.steps.context import StepContext
from dcr.steps.table import VAULT_ACCESS
from dcr.systems import build_systems
from tests.unit.steps.contexts import a_platform, a_tenant
from tests.vault_server import Operator, VaultServer

POLICIES = Path(__file__).parents[4] / "deployments" / "policies"


def policy(name: str, mount: str) -> str:
    return (POLICIES / f"{name}.hcl").read_text().replace('"dcr/', f'"{mount}/')


def reading_only(text: str, *paths: str) -> str:
    """The policy with the rights to write taken from some paths."""
    for path in paths:
        head, found = f'path "{path}" {{\n  ', 'capabilities = ["create", "update", "read"]'
        assert head + found in text
        text = text.replace(head + found, head + 'capabilities = ["read"]')
    return text


def looked(server: VaultServer, mount: str, token: str, tenant: Tenant | None, **settings: Any) -> Outcome:
    platform = a_platform(allowed_hosts=["127.0.0.1:*"])
    platform = platform.model_copy(update={"vault": platform.vault.model_copy(update={"url": server.url, "mount": mount})})
    vault = {"auth": "token", "token": token, "ca_file": str(server.ca_file)}
    systems = build_systems(Settings(_env_file=None, vault=cast(Any, vault), **settings), platform)  # type: ignore[call-arg]
    try:
        return VAULT_ACCESS.prove(StepContext(systems, platform, tenant), "")
    finally:
        systems.close()


@pytest.fixture
def rights(vault_server: VaultServer, operator: Operator, mount: str) -> Iterator[Any]:
    def look_with(text: str, tenant: Tenant | None, ttl: str = "20m", **more: Any) -> Outcome:
        return looked(vault_server, mount, operator.token(text, ttl, **more), tenant)

    yield look_with


@pytest.mark.parametrize("tenant", [a_tenant(), None], ids=["tenant", "platform only"])
def test_the_shipped_worker_may_do_all_that_a_run_needs(rights: Any, mount: str, tenant: Tenant | None) -> None:
    assert rights(policy("worker", mount), tenant) == Outcome()


LEAVING = a_tenant().model_copy(update={"apis": [], "applications": []})


def test_the_shipped_offboarder_may_do_all_that_an_offboarding_needs(rights: Any, mount: str) -> None:
    assert rights(policy("offboard", mount), LEAVING) == Outcome()


def test_an_onboarder_may_not_offboard_for_good(rights: Any, mount: str) -> None:
    found = rights(policy("worker", mount), LEAVING)
    assert {problem.fault for problem in found.problems} == {
        "the login lacks the right to delete",
        "the login lacks the right to create, read, update",
    }
    assert all("offboard.hcl" in problem.remedy for problem in found.problems)


def test_the_shipped_reader_is_told_to_look_only(rights: Any, mount: str) -> None:
    found = rights(policy("reader", mount), a_tenant())
    assert found.problems == ()
    assert ["may only read" in warning for warning in found.warnings] == [True]


def test_each_missing_right_is_named_at_once(rights: Any, mount: str) -> None:
    lacking = policy("worker", mount).replace(f'"{mount}/data/tenants/+/developer"', '"elsewhere/a"')
    lacking = lacking.replace(
        f'"{mount}/data/tenants/+/lock" {{\n  capabilities = ["create", "update", "read"]',
        f'"{mount}/data/tenants/+/lock" {{\n  capabilities = ["read"]',
    )
    found = rights(lacking, a_tenant())
    assert [(problem.field, problem.fault) for problem in found.problems] == [
        (f"vault://{mount}/tenants/acme/lock", "the login lacks the right to create, update"),
        (f"vault://{mount}/tenants/acme/developer", "the login lacks the right to read"),
    ]


def test_a_worker_of_tenants_only_is_warned_about_the_platforms_part(rights: Any, mount: str) -> None:
    lacking = reading_only(policy("worker", mount), f"{mount}/data/platform/initial-client", f"{mount}/data/platform/lock")
    found = rights(lacking, a_tenant())
    assert found.problems == ()
    assert len(found.warnings) == 2


def test_where_the_platforms_part_is_the_purpose_its_rights_are_needed(rights: Any, mount: str) -> None:
    found = rights(reading_only(policy("worker", mount), f"{mount}/data/platform/lock"), None)
    assert [problem.field for problem in found.problems] == [f"vault://{mount}/platform/lock"]


def test_a_mount_that_is_not_there_is_named(vault_server: VaultServer, operator: Operator) -> None:
    found = looked(vault_server, "nope", operator.token(policy("worker", "other")), a_tenant())
    assert found.problems[0].field == "vault://nope"
    assert "no such mount" in found.problems[0].fault


def test_a_mount_of_version_1_is_named(vault_server: VaultServer, operator: Operator) -> None:
    operator.call("POST", "sys/mounts/kv-one", {"type": "kv", "options": {"version": "1"}})
    found = looked(vault_server, "kv-one", operator.token(policy("worker", "kv-one")), a_tenant())
    assert [problem.fault for problem in found.problems] == ["is a mount of type kv, version 1"]


def test_a_token_that_ends_too_soon_is_named(rights: Any, mount: str) -> None:
    found = rights(policy("worker", mount), a_tenant(), "2m", renewable=False)
    assert ["ends in" in problem.fault for problem in found.problems] == [True]


def test_what_settings_give_in_clear_needs_no_right(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    lacking = policy("worker", mount).replace("/platform/konnect", "/x").replace('/platform/curity"', '/y"')
    token = operator.token(lacking)
    assert len(looked(vault_server, mount, token, None).problems) == 2
    given = {"konnect": {"token": "t"}, "curity": {"username": "u", "password": "p"}}
    assert looked(vault_server, mount, token, None, **given).problems == ()
