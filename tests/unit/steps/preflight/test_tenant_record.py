"""The accepted tenant in Vault: as it was asked for last, written only where it differs, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.errors import LostLock
from dcr.model.tenant import Tenant
from dcr.results.outcome import Outcome
from dcr.steps.preflight import tenant_record
from tests.unit.steps.contexts import StepWorld, a_tenant, converged, facts, planned, taken_away

PATH = "tenants/acme/spec"


@pytest.fixture
def world() -> StepWorld:
    return StepWorld()


def plan(world: StepWorld, **tenant: Any) -> Outcome:
    return planned(tenant_record, world, facts(), tenant=a_tenant(**tenant))


def converge(world: StepWorld, **tenant: Any) -> Outcome:
    return converged(tenant_record, world, facts(), tenant=a_tenant(**tenant))


def take_away(world: StepWorld) -> bool:
    """Whether there was one of ours."""
    return taken_away(tenant_record, world, facts())


def test_the_tenant_is_kept_as_it_was_asked_for_by_whom_and_why(world: StepWorld) -> None:
    converge(world, ticket="OPS-1")
    kept = world.vault.kept[PATH][0]

    assert Tenant.model_validate_json(kept["tenant"]) == a_tenant(ticket="OPS-1")
    assert (kept["requested_by"], kept["ticket"]) == ("Ada", "OPS-1")


def test_a_look_names_what_would_be_kept_and_writes_nothing(world: StepWorld) -> None:
    (change,) = plan(world).changes

    assert (change.path, change.before, change.after) == (f"vault/{PATH}", None, "as asked for by Ada")
    assert PATH not in world.vault.kept


def test_a_second_run_writes_nothing_and_another_tenant_replaces_the_record(world: StepWorld) -> None:
    converge(world)
    assert converge(world).changes == () and world.vault.kept[PATH][1] == 1

    (change,) = converge(world, ticket="OPS-2").changes
    assert change.before == "another tenant specification"
    assert world.vault.kept[PATH][0]["ticket"] == "OPS-2"


def test_what_is_taken_away_is_our_record(world: StepWorld) -> None:
    converge(world)

    assert take_away(world)
    assert PATH not in world.vault.kept
    assert not take_away(world)


def test_a_record_of_somebody_else_stays(world: StepWorld) -> None:
    world.vault.keep(PATH, {"note": "mine"}, ours=False)

    assert not take_away(world)
    assert world.vault.kept[PATH][0] == {"note": "mine"}


def test_nothing_is_kept_or_taken_away_without_the_tenants_lock(world: StepWorld) -> None:
    converge(world)
    before = dict(world.vault.kept)
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world, ticket="OPS-2")
    with pytest.raises(LostLock):
        take_away(world)
    assert world.vault.kept == before
