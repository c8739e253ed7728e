"""Onboarding started by API, as another program does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from cli import main
from tests.engine.installation import Installation
from tests.engine.writes import accepted_writes
from tests.sandbox_fixture import TREE, LivingWorld


@pytest.mark.share
def test_a_tenant_as_json_is_onboarded_and_leaves_its_report(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    run_id = prefect.onboard(acme, idempotency_key="acme-1")
    assert prefect.onboard(acme, idempotency_key="acme-1") == run_id
    prefect.completed(run_id)
    run = prefect.run(run_id)
    assert run["name"] == "onboard-acme"
    assert {"dcr", "tenant", "writes", "tenant:acme", "platform:sandbox"} <= set(run["tags"])
    report = prefect.artifacts("tenant-acme")[0]
    assert report["flow_run_id"] == run_id
    assert "vault://dcr/tenants/acme/applications/orders-client" in report["data"]
    assert [one["name"] for one in living.state("konnect")["dcr_providers"]].count("curity") == 1


@pytest.mark.share
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"slug": "ACME!"}, "tenant.slug"),
        ({"visibility": "secret"}, "tenant.visibility"),
        ({"apis": []}, "tenant.apis"),
        ({"surprise": 1}, "surprise"),
        ({"portal": 3}, "tenant.portal"),
    ],
)
def test_what_the_schema_can_say_is_refused_by_the_api_with_the_field_named(
    installed: Installation, acme: Any, change: dict[str, Any], named: str
) -> None:
    deployment = installed.deployment("onboard tenant", "onboard")["id"]
    answer = installed.api.call("POST", f"/deployments/{deployment}/create_flow_run", {"parameters": {"tenant": acme | change}})
    assert answer.status_code == 409
    assert named in answer.json()["detail"]


def test_what_it_cannot_say_fails_at_the_start_with_all_problems_in_one_message(
    prefect: Installation, living: LivingWorld, acme: Any
) -> None:
    first, second = acme["applications"]
    twice = [first | {"apis": ["Unheard of"]}, second | {"name": first["name"], "apis": ["Nowhere to be found"]}]
    run_id = prefect.onboard(acme | {"applications": twice})
    message = prefect.ended(run_id)["message"]
    assert all(word in message for word in ("Unheard of", "Nowhere to be found", first["name"]))
    assert living.requests() == []


@pytest.fixture
def trigger(prefect: Installation) -> Iterator[list[str]]:
    """The command for the example tenant, at this server."""
    with temporary_settings({PREFECT_API_URL: str(prefect.api.client.base_url).rstrip("/")}):
        yield ["trigger", str(TREE / "examples/tenants/acme.yaml"), "--request-id"]


def test_the_command_starts_it_once_and_waits_for_its_end(trigger: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*trigger, "ACME-1042", "--wait"]) == 0
    first = capsys.readouterr()
    assert main([*trigger, "ACME-1042"]) == 0
    again = capsys.readouterr()
    assert first.out == again.out
    assert "Completed" in first.err
    assert "exists: " in again.err


@pytest.mark.share
def test_the_command_says_of_a_request_that_failed_to_retry_it_and_after_that_it_completes(
    prefect: Installation, living: LivingWorld, trigger: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    living.knobs("konnect", denied=["POST /v2/application-auth-strategies"])
    assert main([*trigger, "ACME-1043", "--wait"]) == 1
    run_id = capsys.readouterr().out.strip()
    assert main([*trigger, "ACME-1043"]) == 1
    again = capsys.readouterr()
    assert again.out.strip() == run_id
    assert "It exists and failed: retry it" in again.err
    written = accepted_writes(living)
    living.knobs("konnect", denied=[])
    prefect.retry(run_id)
    prefect.completed(run_id, attempt=2)
    assert accepted_writes(living)[: len(written)] == written
    assert main([*trigger, "ACME-1043"]) == 0
