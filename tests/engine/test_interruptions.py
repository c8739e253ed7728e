"""A process dies, a person cancels: nothing stays behind that keeps the next run from the same end."""

from __future__ import annotations

from typing import Any

from tests.engine.holding import hold, release, wait_until_held
from tests.engine.installation import Installation, kill_processes_of
from tests.sandbox_fixture import LivingWorld


def test_a_run_whose_process_dies_is_started_again_once_and_completes(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    hold(living)
    run_id = prefect.onboard(acme)
    wait_until_held(living)
    assert kill_processes_of(run_id)
    release(living)
    prefect.completed(run_id, attempt=2)
    names = [state["name"] for state in prefect.states(run_id)]
    assert names.count("Crashed") == names.count("AwaitingRetry") == 1


def test_a_cancelled_run_leaves_what_the_next_one_completes(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    hold(living)
    run_id = prefect.onboard(acme)
    wait_until_held(living)
    prefect.api.post(f"/flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
    assert prefect.ended(run_id)["name"] == "Cancelled"
    release(living)
    prefect.completed(prefect.onboard(acme))


def test_a_run_that_crashes_again_stops_with_words(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    hold(living)
    run_id = prefect.onboard(acme)
    for _ in range(2):
        wait_until_held(living)
        kill_processes_of(run_id)
    state = prefect.ended(run_id, attempt=3)
    assert state["name"] == "Failed"
    assert "crashed again" in state["message"]
    release(living)
    prefect.retry(run_id)
    prefect.completed(run_id, attempt=4)
