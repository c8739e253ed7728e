"""What Vault, Konnect and Curity hold, compared: what is ours, what is left behind, for schedules and for people."""

from prefect import flow
from prefect.client.schemas.objects import State

from dcr.inventory.thing import Inventory
from tasks.accepting import accept
from tasks.ending import ended
from tasks.inventory import LEFT_BEHIND, inventory_of


@flow(name="inventory", flow_run_name="inventory-{slug}")
def inventory(slug: str = "") -> State[Inventory]:
    """Compare Vault, Konnect and Curity, and name what is left behind, with the command that settles it. Nothing is written.

    Args:
        slug: A tenant's short name. Empty: everything of the platform.
    """
    found = inventory_of(accept(None), slug)
    return ended(found.verdict, found.summary, found, failed=LEFT_BEHIND)
