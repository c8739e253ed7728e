"""An inventory as a person reads it in a terminal: a table, worst first, and below it what settles each leftover."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dcr.inventory.thing import Inventory, Judgement, Thing
from dcr.model.timestamps import moment
from dcr.model.violations import printable
from dcr.rendering.lines import BAD, FAINT, GOOD, HEADING, NOTE, Line, columns, heading, indented, show

ORDER = (Judgement.ORPHAN, Judgement.SECRET_MISSING, Judgement.UNKNOWN, Judgement.FOREIGN, Judgement.ANOTHER, Judgement.OURS)
STYLES = {Judgement.ORPHAN: BAD, Judgement.SECRET_MISSING: BAD, Judgement.UNKNOWN: NOTE, Judgement.OURS: GOOD}
COLUMNS = ("Judged", "System", "Kind", "Name", "Where", "Tenant", "Age", "Why")


def title(inventory: Inventory) -> str:
    """Of what, and when."""
    of = f" of tenant {inventory.tenant}" if inventory.tenant else ""
    return f"Inventory{of} on platform {inventory.platform}, {inventory.at}"


def in_order(inventory: Inventory) -> list[Thing]:
    """What has to be settled first; else as it was found."""
    return sorted(inventory.things, key=lambda thing: ORDER.index(thing.judged))


def cells(thing: Thing, at: str) -> tuple[str, ...]:
    """A row of the table, in the order of its columns."""
    row = (thing.judged.value, thing.system.value, thing.kind, thing.name, thing.where, thing.tenant, age(thing.since, at), thing.why)
    return tuple(printable(cell) for cell in row)


def age(since: str, at: str) -> str:
    """In the largest whole unit; empty if nobody tells."""
    began, seen = moment(since), moment(at)
    if began is None or seen is None:
        return ""
    seconds = max((seen - began).total_seconds(), 0.0)
    units = (("d", 86400), ("h", 3600), ("min", 60))
    return next((f"{seconds // size:.0f} {unit}" for unit, size in units if seconds >= size), f"{seconds:.0f} s")


def to_do(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Each command or doing once, with the things that it settles."""
    settled: dict[str, list[str]] = {}
    for thing in in_order(inventory):
        if thing.settle:
            settled.setdefault(thing.settle, []).append(f"{thing.kind} {thing.name}".strip())
    return ((command, ", ".join(dict.fromkeys(things))) for command, things in settled.items())


def show_inventory(inventory: Inventory, console: Console) -> None:
    """Print it. A terminal folds cells at its width; where there is none, each row is one line, for grep."""
    show([Line(title(inventory), HEADING), Line("")], console)
    things = in_order(inventory)
    rows, styles = [cells(thing, inventory.at) for thing in things], [STYLES.get(thing.judged, FAINT) for thing in things]
    if console.is_terminal:
        table = Table(*COLUMNS, box=None, pad_edge=False, header_style=HEADING)
        for row, style in zip(rows, styles, strict=True):
            table.add_row(*map(Text, row), style=style)
        console.print(table)
    else:
        show([Line(row, style) for row, style in zip(columns([COLUMNS, *rows]), (HEADING, *styles), strict=True)], console)
    show(_after(inventory), console)


def _after(inventory: Inventory) -> Iterator[Line]:
    doing = [f"{command}   ({things})" for command, things in to_do(inventory)]
    yield from heading("What settles it") + indented(doing) if doing else []
    yield from heading("Not asked here") + indented(inventory.limits, FAINT) if inventory.limits else []
    yield Line("")
    yield Line(inventory.summary, HEADING)
