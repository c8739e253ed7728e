"""From nothing to a verified request, for one tenant."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.model.tenant import Tenant
from dcr.results.report import Report
from tasks.application import application
from tasks.approving import approval_in_prefect
from tasks.curity_configuration import curity_configuration
from tasks.dcr_enablement import dcr_enablement
from tasks.ending import state_of
from tasks.portal_binding import portal_binding
from tasks.running import begin
from tasks.smoke_test import smoke_test


@flow(name="onboard tenant", flow_run_name="onboard-{tenant.slug}")
def onboard_tenant(tenant: Tenant, take: list[str] = []) -> State[Report]:  # noqa: B006 - Prefect shows and sends literal defaults only
    """Take a tenant from nothing to a verified request. Running it again writes nothing.

    Args:
        tenant: One portal, its APIs, its applications, who owns them, who asked and why. No secrets.
        take: Paths of what belongs to others and may be taken over, as a plan shows them beside a conflict. None: nothing.
    """
    # Whatever ends it, there is a report. Writing begins with preflight under the tenant's lock, and an approval where one is asked for.
    with begin(tenant, take) as run, run.writing(approval_in_prefect(run.ctx)):
        curity_configuration(run)
        dcr_enablement(run)
        portal_binding(run)
        application(run)
        smoke_test(run)
    return state_of(run.report())
