"""The platform's own part: Curity, DCR, provider and strategy, without any tenant."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.results.report import Report
from tasks.approving import approval_in_prefect
from tasks.curity_configuration import curity_configuration
from tasks.dcr_enablement import dcr_enablement
from tasks.ending import state_of
from tasks.portal_binding import portal_binding
from tasks.running import begin


@flow(name="prepare platform", flow_run_name="prepare-platform")
def prepare_platform(take: list[str] = []) -> State[Report]:  # noqa: B006 - Prefect shows and sends literal defaults only
    """Converge what belongs to every tenant: issuer settings, token issuer, initial client, DCR, provider and strategy.

    Args:
        take: Paths of what belongs to others and may be taken over, as a plan shows them beside a conflict. None: nothing.
    """
    with begin(None, take) as run, run.writing(approval_in_prefect(run.ctx)):
        curity_configuration(run)
        dcr_enablement(run)
        portal_binding(run)
    return state_of(run.report())
