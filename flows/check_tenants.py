"""Plan and smoke test of every onboarded tenant, for schedules."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.results.report import Verdict, worst
from tasks.accepting import accept, onboarded_tenants
from tasks.checking import CLEAN, DRIFTED, SMOKE_TEST_FAILED, TenantFinding, checked
from tasks.ending import ended


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
    words = "; ".join(f"{found.slug}: {found.words}" for found in findings if found.verdict is not Verdict.OK)
    number = "1 tenant is" if len(findings) == 1 else f"{len(findings)} tenants are"
    failed = DRIFTED if any(found.drifted for found in findings) else SMOKE_TEST_FAILED
    clean = f"{number} as accepted, with credentials that work."
    return ended(worst(found.verdict for found in findings), words or clean, failed=failed, completed=CLEAN)
