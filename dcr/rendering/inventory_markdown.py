"""An inventory as Markdown, for the artifact in Prefect's dashboard. Names come from other systems, so they are escaped."""

from __future__ import annotations

from dcr.inventory.thing import Inventory
from dcr.rendering.inventory_text import COLUMNS, cells, in_order, title, to_do
from dcr.rendering.markdown import code, document, escaped, section, table


def inventory_as_markdown(inventory: Inventory) -> str:
    """What settles it first, then every thing, worst first."""
    rows = [tuple(escaped(cell) for cell in cells(thing, inventory.at)) for thing in in_order(inventory)]
    return document(
        f"# {escaped(title(inventory))}",
        f"{escaped(inventory.summary)}.",
        section("What settles it", [f"- {code(command)}: {escaped(things)}" for command, things in to_do(inventory)]),
        section("Things", table(COLUMNS, rows)),
        section("Not asked here", [f"- {escaped(limit)}" for limit in inventory.limits]),
    )
