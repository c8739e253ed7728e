"""A machine goes away in the middle of a run: the automations we ship notice, and start it again once, elsewhere."""

from __future__ import annotations

from typing import Any

from prefect import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.automations import apply, dead_runs, heartbeat_seconds, restart
from tests.engine.holding import hold, release, wait_until_held
from tests.engine.installation import Installation, kill_processes_of
from tests.engine.prefect_processes import until
from tests.sandbox_fixture import LivingWorld


def sooner(prefect: Installation, silence_seconds: int) -> None:
    """The same automations, with less silence: still more than one heartbeat."""
    url = str(prefect.api.client.base_url).rstrip("/")
    with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
        apply(client, dead_runs(silence_seconds))
        apply(client, restart(10))


def heartbeats(prefect: Installation, run_id: str) -> int:
    """How many the run has sent."""
    wanted = {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]}, "resource": {"id": [f"prefect.flow-run.{run_id}"]}}}
    return int(prefect.api.post("/events/filter", wanted)["total"])


def held_run(prefect: Installation, living: LivingWorld, acme: Any) -> str:
    """A run that has written and been heard of, and waits; silence would soon be noticed."""
    sooner(prefect, heartbeat_seconds() + 10)
    hold(living)
    run_id = prefect.onboard(acme)
    wait_until_held(living)
    until("a heartbeat", lambda: heartbeats(prefect, run_id), seconds=120)
    return run_id


def test_worker_and_run_die_together_and_another_worker_completes_it(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    run_id = held_run(prefect, living, acme)
    prefect.lose_worker()
    kill_processes_of(run_id)
    release(living)
    assert prefect.run(run_id)["state"]["name"] == "Running"
    prefect.worker()
    prefect.completed(run_id, attempt=2)
    assert [state["name"] for state in prefect.states(run_id)].count("Crashed") == 1


def test_a_worker_that_is_told_to_stop_leaves_a_run_that_is_started_again(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    run_id = held_run(prefect, living, acme)
    prefect.replace_worker()
    release(living)
    prefect.completed(run_id, attempt=2)


def test_a_healthy_run_that_takes_long_is_left_alone(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    sooner(prefect, heartbeat_seconds() + 10)
    hold(living)
    run_id = prefect.onboard(acme)
    until("three heartbeats", lambda: heartbeats(prefect, run_id) >= 3, seconds=300)
    release(living)
    prefect.completed(run_id)
    assert prefect.run(run_id)["run_count"] == 1
