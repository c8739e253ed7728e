"""Take the platform's own part away again."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.results.report import Report
from tasks.approving import approval_in_prefect
from tasks.dismantling import begin_dismantling
from tasks.ending import state_of
from tasks.removal import removal


@flow(name="dismantle platform", flow_run_name="dismantle-platform")
def dismantle_platform(ask_a_person: bool = True) -> State[Report]:
    """Take away what belongs to every tenant, once none uses it: strategy, provider, and what was set in Curity goes back to what it was.

    Args:
        ask_a_person: On: the run shows what would go, and waits for a person. Off: only where the platform's policy asks for one.
    """
    with begin_dismantling(asks=ask_a_person) as run, run.writing(approval_in_prefect(run.ctx)):
        removal(run)
    return state_of(run.report())
