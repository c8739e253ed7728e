"""Fail call 1, 2, 3 ... of the way `import` with every kind of fault, until a run ends without meeting its fault; then compare the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dcr.errors import DcrError
from tests.unit.steps.application.one_import import converge_all, kept, plan_all, prepared, statuses, the_application
from tests.unit.steps.application.portal.test_faults_of_way_portal import KINDS, MOST_CALLS, MOST_WALKS, UnluckyVault
from tests.unit.steps.contexts import StepWorld


def run_until_it_ends(world: StepWorld) -> None:
    """As often as a person would press Retry."""
    for _ in range(MOST_WALKS):
        try:
            converge_all(world)
        except DcrError:
            continue
        return
    pytest.fail("no run came to its end")


def require_end_state(world: StepWorld) -> None:
    """One application, whose client is the one in Vault; any other client is named."""
    found, stored, clients = the_application(world), kept(world), world.kong.clients()
    assert (stored["state"], stored["application_id"], stored["client_id"]) == ("active", found.id, found.client_id)
    assert world.kong.is_secret(found.client_id, stored["client_secret"]) and found.client_id in clients
    assert statuses(world) == ["approved", "approved"]
    outcomes = plan_all(world)
    assert [change for outcome in outcomes for change in outcome.changes] == []
    assert len(clients) - 1 <= len(outcomes[0].orphans)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("system", ["konnect", "curity"])
def test_any_one_fault_in_any_call_ends_like_an_undisturbed_run(kind: str, system: str, count: Callable[[str, int], None]) -> None:
    for nth in range(1, MOST_CALLS):
        world = prepared()
        unlucky = world.kong.traffic if system == "konnect" else world.kong.curity_traffic
        unlucky.nth, unlucky.mishap = nth, KINDS[kind]
        run_until_it_ends(world)
        unlucky.nth = 0
        require_end_state(world)
        if not unlucky.met:
            count("faults survived by the way import", nth - 1)
            return
    pytest.fail("every run met its fault: an endless retry, or MOST_CALLS is too low")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_vault_that_fails_at_any_write_ends_like_an_undisturbed_run(applied: bool) -> None:
    for nth in range(1, MOST_CALLS):
        vault = UnluckyVault(nth, applied=applied)
        world = prepared(StepWorld(vault=vault))
        run_until_it_ends(world)
        require_end_state(world)
        if vault.writes < nth:
            assert nth > 3, "reserving, storing and adopting are three writes"
            return
    pytest.fail("every run met its fault")
