"""Take a tenant away again."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.engine.offboarding import Level, take_away
from dcr.results.report import Report
from tasks.approving import approval_in_prefect
from tasks.ending import state_of
from tasks.offboarding import begin_offboarding


@flow(name="offboard tenant", flow_run_name="offboard-{slug}")
def offboard_tenant(
    slug: str, requested_by: str, ticket: str = "", level: Level = Level.EVERYTHING, ask_a_person: bool = True
) -> State[Report]:
    """Take a tenant away and prove it gone: registrations, applications, clients, secrets, publications that nobody else uses.

    Args:
        slug: The tenant's short name; what it is, Vault knows.
        requested_by: Who asked, for the receipt.
        ticket: Why, for the receipt.
        level: access: registrations are revoked, nothing is lost. credentials: also applications, clients and secrets. everything: also
            publications that no other tenant uses, and what was accepted.
        ask_a_person: On: the run shows what would go, and waits for a person. Off: only where the platform's policy asks for one.
    """
    with begin_offboarding(slug, requested_by, ticket, level, asks=ask_a_person) as (run, asked), run.writing(approval_in_prefect(run.ctx)):
        take_away(run, asked)
    return state_of(run.report())
