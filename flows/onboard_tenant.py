"""From nothing to a verified request, for one tenant."""

from prefect import flow

from dcr.engine.onboarding import onboard
from dcr.model.tenant import Tenant
from dcr.results.report import Report
from tasks.accepting import accept
from tasks.approving import approval_in_prefect
from tasks.context import run_of
from tasks.engine import PrefectEngine
from tasks.labels import label_run
from tasks.reporting import publish_report
from tasks.restarts import refuse_second_restart


@flow(name="onboard tenant", flow_run_name="onboard-{tenant.slug}")
def onboard_tenant(tenant: Tenant) -> Report:
    """Take a tenant from nothing to a verified request. Running it again writes nothing.

    Args:
        tenant: One portal, its APIs, its applications, who owns them, who asked and why. No secrets.
    """
    refuse_second_restart()
    platform = accept(tenant)
    name = label_run(platform, tenant)
    run = run_of(platform, tenant, write=False)
    finished = onboard(run, PrefectEngine(platform, tenant), name, approval_in_prefect(run))
    publish_report(finished.report)
    if finished.error:
        raise finished.error from None
    return finished.report
