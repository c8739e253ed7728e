"""Plan and smoke test of every onboarded tenant, for schedules."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.accepting import accept, onboarded_tenants
from tasks.checking import CLEAN, DRIFTED, SMOKE_TEST_FAILED, TenantFinding, checked
from tasks.ending import PENDING, UNKNOWN


@flow(name="check tenants", flow_run_name="check-tenants")
def check_tenants(tenants: list[str] = []) -> State[None]:  # noqa: B006 - Prefect shows and sends literal defaults only; it is not changed
    """Find drift and credentials that stopped working, tenant by tenant. Nothing is written.

    Args:
        tenants: Short names of the tenants to check. None: all that were onboarded.
    """
    platform = accept(None)
    slugs = tenants or onboarded_tenants(platform)
    return _overall([checked(platform, slug) for slug in slugs])


def _overall(findings: list[TenantFinding]) -> State[None]:
    worst = next((name for name in (DRIFTED, SMOKE_TEST_FAILED, UNKNOWN, PENDING) if any(found.state == name for found in findings)), "")
    words = "; ".join(f"{found.slug}: {found.words}" for found in findings if found.state != CLEAN)
    if worst == PENDING:
        return Completed(name=PENDING, message=words)
    if worst:
        return Failed(name=worst, message=words)
    number = "1 tenant is" if len(findings) == 1 else f"{len(findings)} tenants are"
    return Completed(name=CLEAN, message=f"{number} as accepted, with credentials that work.")
