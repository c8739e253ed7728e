"""An inventory in a flow run: taken with this process's systems, and published as an artifact."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact

from dcr.inventory.taking import take_inventory
from dcr.inventory.thing import Inventory
from dcr.model.platform import Platform
from dcr.rendering.inventory_markdown import inventory_as_markdown
from tasks.context import context_of
from tasks.labels import label_run

LEFT_BEHIND = "LeftBehind"


def inventory_of(platform: Platform, slug: str) -> Inventory:
    """Take it, and write it as a new version of its artifact.

    Raises:
        Refused: the slug is none.
    """
    label_run(platform, None)
    found = take_inventory(context_of(platform, None), slug)
    key = f"inventory-tenant-{slug}" if slug else f"inventory-{platform.name}"
    create_markdown_artifact(markdown=inventory_as_markdown(found), key=key, description=found.summary)
    return found
