"""Whether an onboarded tenant's credentials work through the gateway, and nothing else does."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.results.report import Verdict
from tasks.accepting import accept, accepted_tenant
from tasks.checking import smoke_tested
from tasks.labels import label_run
from tasks.reporting import publish_report


@flow(name="smoke test tenant", flow_run_name="smoke-test-{slug}")
def smoke_test_tenant(slug: str) -> State[None]:
    """Ask the gateway and Curity with the credentials in Vault. Nothing is written.

    Args:
        slug: The tenant's short name; what was accepted for it is read from Vault.
    """
    platform = accept(None)
    tenant = accepted_tenant(platform, slug)
    label_run(platform, tenant)
    report = smoke_tested(platform, tenant)
    publish_report(report)
    failing = [f"{claim.what}: {claim.detail}" for claim in report.claims if claim.verdict is Verdict.FAILED]
    if failing:
        return Failed(name="SmokeTestFailed", message="; ".join(failing))
    return Completed(message=f"{len(report.claims)} claims shown.")
