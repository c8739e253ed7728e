"""A Vault that loses a write although it said that it wrote: whichever record it is, onboarding fails and names Vault and the path."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dcr.vault import paths
from sandbox.konnect.state import Api
from tests.broken_worlds.lossy_vault import behind_a_lossy_vault
from tests.fake_clock import FakeClock
from tests.readings.life import at_once
from tests.sandbox_fixture import LivingWorld

pytestmark = pytest.mark.share
WRITTEN = (
    "tenants/acme/lock",
    "tenants/acme/spec",
    "platform/lock",
    "platform/initial-client",
    "platform/dcr-provider",
    "tenants/acme/applications/orders-client",
    "tenants/acme/applications/payments-client",
    "platform/curity-changes",
)
PUBLICATION = re.compile(r"publications/[0-9a-f-]{36}/[0-9a-f-]{36}")


@pytest.mark.parametrize("path", WRITTEN)
def test_a_write_that_vault_loses_is_noticed(path: str, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    with behind_a_lossy_vault(living, path) as (before_it, plan):
        finished = before_it.onboard(platform=at_once(before_it.platform), clock=FakeClock().clock())
    assert plan.met, "the write was lost"
    said = finished.failure
    assert f"vault: {path}" in said
    assert "does not keep it" in said
    count("broken worlds seen through", 1)


def test_every_path_that_an_onboarding_writes_is_here(living: LivingWorld) -> None:
    living.onboard()
    mount = f"{living.platform.vault.mount}/data/"
    paths = {one.path for one in living.world.vault_audit.requests() if one.operation in ("create", "update")}
    written = {path.removeprefix(mount) for path in paths if path.startswith(mount)}
    assert {path for path in written if not PUBLICATION.fullmatch(path)} == set(WRITTEN)
    assert len(written) == len(WRITTEN) + len(living.tenant.apis)


def test_a_publications_owner_that_vault_loses_is_noticed(living: LivingWorld) -> None:
    orders = next(api for api in living.world.systems.organization.all(Api) if api.name == "Orders")
    path = paths.publication(living.world.ready["portal"]["id"], orders.id)
    with behind_a_lossy_vault(living, path) as (before_it, plan):
        finished = before_it.onboard(platform=at_once(before_it.platform), clock=FakeClock().clock())
    assert plan.met, "the write was lost"
    assert "does not keep it" in finished.failure
