"""Whether an onboarded tenant's credentials work through the gateway, and nothing else does."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.results.report import Report
from tasks.accepting import accept, accepted_tenant
from tasks.checking import SMOKE_TEST_FAILED, smoke_tested
from tasks.ending import state_of
from tasks.labels import label_run
from tasks.reporting import publish_report


@flow(name="smoke test tenant", flow_run_name="smoke-test-{slug}")
def smoke_test_tenant(slug: str) -> State[Report]:
    """Ask the gateway and Curity with the credentials in Vault. Nothing is written.

    Args:
        slug: The tenant's short name; what was accepted for it is read from Vault.
    """
    platform = accept(None)
    tenant = accepted_tenant(platform, slug)
    label_run(platform, tenant)
    report = smoke_tested(platform, tenant, drift=False)
    publish_report(report)
    return state_of(report, failed=SMOKE_TEST_FAILED)
