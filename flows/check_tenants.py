"""Plan and smoke test of every onboarded tenant, for schedules."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.accepting import accept, onboarded_tenants
from tasks.checking import Finding, check_tenant


@flow(name="check tenants", flow_run_name="check-tenants")
def check_tenants(tenants: list[str] = []) -> State[None]:  # noqa: B006 - Prefect shows and sends literal defaults only; it is not changed
    """Find drift and credentials that stopped working, tenant by tenant. Nothing is written.

    Args:
        tenants: Short names of the tenants to check. None: all that were onboarded.
    """
    platform = accept(None)
    slugs = tenants or onboarded_tenants(platform)
    findings = [check_tenant.with_options(task_run_name=f"check {slug}")(platform, slug) for slug in slugs]
    return _overall(findings)


def _overall(findings: list[Finding]) -> State[None]:
    worst = next((name for name in ("Drifted", "SmokeTestFailed", "Unknown") if any(found.state == name for found in findings)), "")
    words = "; ".join(f"{found.slug}: {found.words}" for found in findings if found.state != "Clean")
    if worst:
        return Failed(name=worst, message=words)
    return Completed(name="Clean", message=f"{len(findings)} tenants as accepted, their credentials work.")
