"""The way `import`: a client of our own registration, adopted by Konnect; both ways side by side, whoever owns the applications."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess
from dcr.model.tenant import OwnerType, Tenant
from dcr.results.changes import Stage
from dcr.results.report import Verdict
from dcr.steps.application.imported.application import clients_to_replace
from dcr.systems import Systems
from dcr.vault import paths
from tests.sandbox_fixture import LivingWorld

NAME = "payments-client"
TEAM = "Acme integrators"


def record(systems: Systems) -> dict[str, str]:
    """What Vault keeps of the imported application."""
    found = systems.vault.read(paths.application("acme", NAME))
    return {name: value.get_secret_value() for name, value in found.values.items()} if found else {}


def kept(living: LivingWorld) -> dict[str, str]:
    systems = living.systems()
    try:
        return record(systems)
    finally:
        systems.close()


def onboard_replacing(living: LivingWorld, name: str = NAME) -> Finished:
    systems = living.systems()
    try:
        ctx = living.context(systems)
        ctx = replace(ctx, replace=clients_to_replace(ctx, [name]))
        return onboard(ctx, InThisProcess(sleep=lambda _seconds: None), "test")
    finally:
        systems.close()


def remove_at_curity(living: LivingWorld, client: dict[str, str]) -> None:
    """As an administrator would who cleans up too much."""
    systems = living.systems()
    try:
        headers = {"Authorization": f"Bearer {client['registration_access_token']}"}
        answer = systems.registration.sender.send("DELETE", client["registration_client_uri"], headers=headers)
        assert answer.status_code == httpx.codes.NO_CONTENT
    finally:
        systems.close()


def applications(living: LivingWorld, name: str = NAME) -> list[Any]:
    return [one for one in living.state("konnect")["applications"] if one["name"] == name and one["client_id"] != "0oa1partner"]


@pytest.mark.parametrize("owner_type", list(OwnerType))
def test_both_ways_end_in_verified_requests(living: LivingWorld, owner_type: OwnerType) -> None:
    owner = TEAM if owner_type is OwnerType.TEAM else living.tenant.owner
    tenant = living.tenant.model_copy(update={"owner_type": owner_type, "owner": owner})
    finished = living.onboard(tenant)

    assert not finished.failure
    proved = {claim.what for claim in finished.report.claims if claim.stage is Stage.SMOKE_TEST and claim.verdict is Verdict.OK}
    assert {"orders-client gets in at GET /orders", f"{NAME} gets in at GET /payments"} <= proved
    assert {one["owner"]["type"] for one in applications(living) + applications(living, "orders-client")} == {owner_type.value}
    assert living.onboard(tenant).report.changes == ()


def test_vault_holds_all_that_is_needed_to_use_and_to_remove_the_client(living: LivingWorld) -> None:
    living.onboard()
    found = kept(living)

    assert found["state"] == "active" and found["way"] == "import"
    needed = ("client_id", "client_secret", "registration_access_token", "registration_client_uri", "registration_expires_at")
    assert all(found[name] for name in (*needed, "registration_write_until", "issuer", "token_endpoint", "gateway_url"))
    assert [one["id"] for one in applications(living)] == [found["application_id"]]


def test_the_clients_registration_is_never_read(living: LivingWorld) -> None:
    living.onboard()
    living.onboard()
    methods = [method for _, method, path in living.requests("curity-runtime") if "oauth-registration" in path]

    assert methods == ["POST"]


def test_no_developer_logs_in_for_a_tenant_of_imports_alone(living: LivingWorld) -> None:
    alone = living.tenant.model_copy(update={"applications": [living.tenant.application(NAME)]})
    finished = living.onboard(alone)

    assert not finished.failure
    assert living.requests("portal") == []


def test_a_portal_admin_decides_and_the_run_says_pending(living: LivingWorld) -> None:
    tenant = Tenant.model_validate(living.tenant.model_dump() | {"registration_approval": "by a portal admin"})
    finished = living.onboard(tenant)

    assert not finished.failure
    assert finished.report.verdict is Verdict.PENDING


def test_a_client_that_is_gone_is_told_by_the_smoke_test_and_replaced_on_demand(living: LivingWorld) -> None:
    living.onboard()
    before = kept(living)
    remove_at_curity(living, before)
    broken = living.onboard()
    assert broken.failure and f"--replace {NAME}" in broken.failure

    finished = onboard_replacing(living)
    after = kept(living)
    assert not finished.failure
    assert after["client_id"] != before["client_id"]
    assert [one["client_id"] for one in applications(living)] == [after["client_id"]]
    assert not any(name.startswith("replaced_") for name in after)
    assert living.onboard().report.changes == ()


def test_a_replaced_client_is_removed_when_its_successor_serves(living: LivingWorld) -> None:
    living.onboard()
    before = kept(living)
    finished = onboard_replacing(living)

    removed = {change.path for change in finished.report.changes if change.after is None}
    place = f"konnect/portals/{living.tenant.portal}/applications/{before['application_id']}"
    assert removed == {f"curity/clients/{before['client_id']}", place}
    clients = [one["client_id"] for one in living.state("curity-runtime")["registered_clients"]]
    assert before["client_id"] not in clients and kept(living)["client_id"] in clients
