"""Different tenants at the same time on a fresh platform: what is everybody's is there once, and nobody's part is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dcr.model.tenant import Tenant
from sandbox.konnect.state import Application, Provider, Registration, Strategy
from tests.faults.end_state import initial_client_works, left_behind, vault_read, vault_write
from tests.faults.faulty_world import VERIFICATION, FaultyWorld


@pytest.mark.parametrize("number", [pytest.param(4, marks=pytest.mark.share), 20])
def test_tenants_in_parallel_share_one_platform(faulty: FaultyWorld, count: Callable[[str, int], None], number: int) -> None:
    tenants = [another(faulty.living.tenant, f"tenant-{place}") for place in range(number)]
    developer = vault_read(faulty.living, "tenants/acme/developer")
    for tenant in tenants:
        vault_write(faulty.living, f"tenants/{tenant.slug}/developer", developer)
    with ThreadPoolExecutor(number) as pool:
        ends = list(pool.map(lambda tenant: faulty.onboard(tenant, lock_seconds=120), tenants))
    assert [one.failure for one in ends if one.failure] == []
    assert_one_of_everything_shared(faulty)
    assert_nothing_is_lost(faulty, tenants)
    again = [faulty.onboard(tenant) for tenant in tenants]
    assert [(one.failure, one.report.changes) for one in again] == [("", ())] * number
    count("tenants onboarded at the same time", number)


def assert_one_of_everything_shared(faulty: FaultyWorld) -> None:
    organization = faulty.living.world.systems.organization
    kinds: tuple[Any, ...] = (Provider, Strategy)
    ours = {kind.__name__: [one.name for one in organization.all(kind) if one.labels] for kind in kinds}
    assert {name: len(found) for name, found in ours.items()} == {"Provider": 1, "Strategy": 1}
    assert initial_client_works(faulty.living) == faulty.undisturbed["initial client"]
    assert set(left_behind(faulty.living)) == {VERIFICATION}


def assert_nothing_is_lost(faulty: FaultyWorld, tenants: list[Tenant]) -> None:
    organization = faulty.living.world.systems.organization
    asked = sorted(application.name for tenant in tenants for application in tenant.applications)
    found = {one.id: one.name for one in organization.all(Application) if one.name in asked}
    assert sorted(found.values()) == asked
    approved = [found[one.application_id] for one in organization.all(Registration) if one.status == "approved"]
    wanted = [application.name for tenant in tenants for application in tenant.applications for _ in tenant.apis_of(application)]
    assert sorted(approved) == sorted(wanted)


def another(tenant: Tenant, slug: str) -> Tenant:
    """The example under another slug; its applications have names of their own, since one developer owns them all."""
    applications = [one.model_copy(update={"name": f"{slug}-{one.name}"}) for one in tenant.applications]
    return tenant.model_copy(update={"slug": slug, "applications": applications})
