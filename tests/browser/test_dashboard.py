"""What people do in Prefect's dashboard: they order a tenant by the form, fix a failed run by Retry, approve a plan, take a tenant away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from deployments.work_pools import OFFBOARDING
from tests.browser.dashboard import Dashboard
from tests.consumer import unusable
from tests.engine.installation import Installation
from tests.engine.writes import accepted_writes
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import read_value


@pytest.fixture
def small(acme: Any) -> Any:
    """The example tenant with one API and one application, as one types it; what is chosen is not what the form proposes."""
    application = acme["applications"][0] | {"apis": [], "way": "import"}
    return acme | {"apis": acme["apis"][:1], "applications": [application], "registration_approval": "by this run"}


def test_a_person_orders_a_tenant_by_the_form_sees_it_complete_and_reads_the_report(
    prefect: Installation, living: LivingWorld, dashboard: Dashboard, small: Any
) -> None:
    others = len(living.state("konnect")["applications"])
    deployment = prefect.deployment("onboard tenant", "onboard")["id"]
    dashboard.run_form(deployment)
    dashboard.text("Short name", "ACME!")
    dashboard.submit.click()
    dashboard.reads("'ACME!' does not match")
    dashboard.run_form(deployment)
    dashboard.fill(small)
    run_id = dashboard.start()
    dashboard.sees_state("Completed")
    assert prefect.run(run_id)["parameters"]["tenant"] == small
    dashboard.open_artifact("tenant-acme")
    dashboard.reads("Tenant acme on platform sandbox: ok")
    dashboard.reads("vault://dcr/tenants/acme/applications/orders-client")
    assert len(living.state("konnect")["applications"]) == others + 1


@dataclass(frozen=True, slots=True)
class Failure:
    """What makes a run fail, and what fixes it."""

    cause: Callable[[LivingWorld], None]
    fix: Callable[[LivingWorld], None]
    told: str


FAILURES = {
    "portal binding": Failure(
        lambda living: living.knobs("konnect", denied=["POST /v2/application-auth-strategies"]),
        lambda living: living.knobs("konnect", denied=[]),
        "/v2/application-auth-strategies: ",
    ),
    "smoke test": Failure(
        lambda living: living.knobs("gateway", open=True),
        lambda living: living.knobs("gateway", open=False),
        "a request without credentials is refused",
    ),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_person_presses_retry_and_the_run_goes_on_where_it_failed(
    prefect: Installation, living: LivingWorld, dashboard: Dashboard, acme: Any, failure: Failure
) -> None:
    assert living.onboard().error is None
    undisturbed = accepted_writes(living)
    living.world.reset()
    failure.cause(living)
    run_id = prefect.onboard(acme)
    dashboard.open_run(run_id)
    dashboard.sees_state("Failed")
    assert failure.told in prefect.run(run_id)["state"]["message"]
    before = accepted_writes(living)
    failure.fix(living)
    dashboard.retry()
    dashboard.sees_state("Completed")
    assert accepted_writes(living)[: len(before)] == before
    assert accepted_writes(living) == undisturbed  # nothing that was done is done again
    assert unusable(living) == []
    assert prefect.run(run_id)["run_count"] == 2


def test_a_person_reads_the_plan_approves_it_with_name_and_reason_and_the_report_says_so(
    prefect: Installation, living: LivingWorld, dashboard: Dashboard, acme: Any
) -> None:
    with prefect.ruled({"approval": "always"}):
        run_id = prefect.onboard(acme)
        dashboard.open_run(run_id)
        dashboard.sees_state("Suspended")
        assert accepted_writes(living) == []
        dialog = dashboard.asked()
        expect(dialog.get_by_role("heading", name="Plan for tenant acme on platform sandbox")).to_be_visible()
        expect(dialog.get_by_text("+ konnect/dcr-providers/curity/issuer")).to_be_visible()
        dashboard.approve(dialog, "Ada Approver", "As agreed in ACME-1042")
        dashboard.sees_state("Completed")
    dashboard.open_artifact("tenant-acme")
    dashboard.reads("by Ada Approver")
    assert "As agreed in ACME-1042" in prefect.artifacts("tenant-acme")[0]["data"]


def test_a_person_takes_a_tenant_away_by_the_form_reads_what_would_go_and_approves_it(
    installed: Installation, living: LivingWorld, dashboard: Dashboard
) -> None:
    untouched = len(living.state("konnect")["applications"])
    assert living.onboard().error is None
    living.forget_requests()
    installed.worker(OFFBOARDING)
    dashboard.run_form(installed.deployment("offboard tenant", "offboard")["id"])
    dashboard.text("slug", "acme")
    dashboard.text("requested_by", "jane.doe@acme.example")
    dashboard.choose("level", "credentials")
    run_id = dashboard.start()
    dashboard.sees_state("Suspended")
    assert installed.run(run_id)["parameters"]["level"] == "credentials"
    assert accepted_writes(living) == []
    dialog = dashboard.asked()
    expect(dialog.get_by_role("heading", name="Plan for tenant acme on platform sandbox")).to_be_visible()
    expect(dialog.get_by_text("- konnect/portals/acme-portal/applications/orders-client").first).to_be_visible()
    dashboard.approve(dialog, "Ada Approver", "As agreed in ACME-2077")
    dashboard.sees_state("Completed")
    dashboard.open_artifact("tenant-acme")
    dashboard.reads("Tenant acme on platform sandbox: ok")
    dashboard.reads("by Ada Approver")
    assert len(living.state("konnect")["applications"]) == untouched
    assert read_value(living.world, "tenants/acme/receipt")["level"] == "credentials"
