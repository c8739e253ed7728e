"""Lines with a style, so that the same text goes to a terminal in colour and to a file without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.text import Text

from dcr.model.violations import printable
from dcr.results.changes import Change, Scope
from dcr.results.report import Verdict

HEADING, GOOD, BAD, NOTE, FAINT = "bold", "green", "bold red", "yellow", "dim"
VERDICT_STYLES = {Verdict.OK: GOOD, Verdict.FAILED: BAD, Verdict.UNKNOWN: NOTE, Verdict.PENDING: NOTE}


@dataclass(frozen=True, slots=True)
class Line:
    """One line; texts that come from systems have lost what would act on a terminal."""

    text: str
    style: str = ""


def as_text(lines: Iterable[Line]) -> str:
    """The lines without style."""
    return "\n".join(line.text for line in lines)


def show(lines: Iterable[Line], console: Console) -> None:
    """Print them; colour only where the console's file is a terminal and NO_COLOR is not set."""
    for line in lines:
        console.print(Text(line.text, style=line.style), soft_wrap=True)


def heading(text: str) -> list[Line]:
    """An empty line and a heading."""
    return [Line(""), Line(text, HEADING)]


def indented(texts: Iterable[str], style: str = "") -> list[Line]:
    """One line for each text."""
    return [Line("  " + printable(text), style) for text in texts]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Pad all but the last column to equal width."""
    safe = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True))]).rstrip() for row in safe]


def change_lines(changes: Iterable[Change]) -> list[Line]:
    """The changes, grouped by stage, in the order of writing; each with its conflict and what it does to others."""
    lines: list[Line] = []
    stage = None
    for change in changes:
        if change.stage is not stage:
            stage = change.stage
            lines.append(Line(f"  {stage}", HEADING))
        lines += _change(change)
    return lines or indented(["no changes"], GOOD)


def _change(change: Change) -> list[Line]:
    first, *notes = str(safe(change)).splitlines()
    style = {"+": GOOD, "-": BAD}.get(first[0], NOTE)
    shared = "  [platform]" if change.scope is Scope.PLATFORM else ""
    return [Line(f"    {first}{shared}", style), *(Line(f"    {note}", BAD if change.conflict else NOTE) for note in notes)]


def safe(change: Change) -> Change:
    """The change with every text on one line and without what would act on a terminal."""
    before = None if change.before is None else printable(change.before)
    after = None if change.after is None else printable(change.after)
    return replace(
        change,
        path=printable(change.path),
        before=before,
        after=after,
        conflict=printable(change.conflict),
        impact=printable(change.impact),
        removes=printable(change.removes),
    )
