"""The daily check, started by the scheduler and done by a worker that may only read: what it finds is seen and heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.work_pools import READING
from tests.admin_client import at_konnect
from tests.engine.installation import Installation
from tests.engine.listener import Listener
from tests.engine.prefect_processes import until
from tests.sandbox_fixture import LivingWorld


@pytest.fixture
def onboarded(installed: Installation, living: LivingWorld) -> Installation:
    """A tenant that is onboarded, and a worker that only reads."""
    assert living.onboard().error is None
    installed.worker(READING)
    return installed


def scheduled_run(prefect: Installation) -> str:
    """Turn on a schedule that is due at once, and off again when its run is there."""
    deployment = prefect.deployment("check tenants", "check")["id"]
    anchor = (datetime.now(UTC) + timedelta(seconds=15)).isoformat()
    body = [{"schedule": {"interval": 86400, "anchor_date": anchor}, "active": True}]
    schedule = prefect.api.post(f"/deployments/{deployment}/schedules", body)[0]["id"]

    def due() -> Any:
        planned = {"flow_runs": {"deployment_id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}
        runs = prefect.api.post("/flow_runs/filter", planned)
        return next((run["id"] for run in runs if run["auto_scheduled"] and run["state"]["type"] != "SCHEDULED"), None)

    run_id = str(until("a run that the scheduler made", due, seconds=180))
    prefect.api.call("DELETE", f"/deployments/{deployment}/schedules/{schedule}")
    return run_id


def test_drift_is_found_by_schedule_named_and_told(onboarded: Installation, living: LivingWorld, listener: Listener) -> None:
    strategy = next(one["id"] for one in living.state("konnect")["auth_strategies"] if one["name"] == "curity-dcr")
    at_konnect(living.world, "PATCH", f"/v2/application-auth-strategies/{strategy}", {"display_name": "Somebody's"})
    state = onboarded.ended(scheduled_run(onboarded))
    assert state["name"] == "Drifted"
    assert "acme: konnect/application-auth-strategies/curity-dcr/display_name" in state["message"]
    assert "display_name" in onboarded.artifacts("tenant-acme")[0]["data"]
    told = until("the webhook", lambda: listener.heard_of(event="dcr.tenant.drifted", finding="Drifted"), seconds=60)
    assert told[0]["resource"] == "dcr.tenant.acme"


def test_a_smoke_test_that_fails_is_named_and_told(onboarded: Installation, living: LivingWorld, listener: Listener) -> None:
    living.knobs("gateway", open=True)
    run = onboarded.ask("check tenants", "check", {"tenants": ["acme"]})
    state = onboarded.ended(run["id"])
    assert state["name"] == "SmokeTestFailed"
    assert "a request without credentials is refused" in state["message"]
    until("the webhook", lambda: listener.heard_of(event="dcr.tenant.drifted", finding="SmokeTestFailed"), seconds=60)


def test_a_broken_tenant_is_named_and_keeps_no_other_from_being_checked(onboarded: Installation, living: LivingWorld) -> None:
    living.knobs("gateway", open=True)
    run = onboarded.ask("check tenants", "check", {"tenants": ["never-onboarded", "acme"]})
    state = onboarded.ended(run["id"])
    assert state["name"] == "SmokeTestFailed"
    assert "never-onboarded: " in state["message"]
    assert "acme: smoke test: a request without credentials is refused" in state["message"]
