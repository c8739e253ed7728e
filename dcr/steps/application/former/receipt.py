"""What is kept of a removal: what went, when, shown by which call, and what may be left behind. No secret, and never less than before.

Source: docs/vendors/vault.md, Layout, Removal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dcr.model.names import SLUG_PATTERN
from dcr.results.report import Orphan
from dcr.steps.application.imported.client_record import POSSIBLE_ORPHANS, orphan_of
from dcr.steps.context import StepContext
from dcr.vault import paths

REMOVED = "removed"


def write_receipt(ctx: StepContext, name: str, removed: Iterable[str], left: Iterable[str]) -> None:
    """Add lines to the receipt of an application's name. A repeated removal adds none for what it has told already.

    Args:
        removed: lines of a client, `<time> <what> <client id>: <how it was shown>`.
        left: lines of possible orphans, as an application's record has them.
    """
    path = paths.receipt(ctx.the_tenant().slug, name)
    kept = ctx.vault.read(path)
    before = {key: value.get_secret_value().splitlines() for key, value in kept.values.items()} if kept else {}
    lines = {REMOVED: _added(before.get(REMOVED, []), removed), POSSIBLE_ORPHANS: _added(before.get(POSSIBLE_ORPHANS, []), left)}
    if lines != {key: before.get(key, []) for key in lines}:
        ctx.vault.put(path, {key: "\n".join(value) for key, value in lines.items() if value}, expect=kept.version if kept else None)


def left_behind(ctx: StepContext) -> tuple[Orphan, ...]:
    """What earlier removals could not clean up at Curity, until a person has and clears the receipt's list."""
    slug = ctx.the_tenant().slug
    found: list[Orphan] = []
    for name in ctx.vault.list(paths.receipts(slug)):
        path = paths.receipt(slug, name) if re.fullmatch(SLUG_PATTERN, name) else ""
        kept = ctx.vault.read(path) if path else None
        lines = kept.values.get(POSSIBLE_ORPHANS) if kept and kept.ours else None
        found += [orphan_of(line, ctx.vault.ref(path)) for line in (lines.get_secret_value().splitlines() if lines else []) if line]
    return tuple(found)


def _added(before: list[str], more: Iterable[str]) -> list[str]:
    """A line tells of the same as another if they differ in nothing but their time and how it was shown."""
    told = {_what(line) for line in before}
    return [*before, *(line for line in more if _what(line) not in told)]


def _what(line: str) -> str:
    return " ".join(line.partition(": ")[0].split()[1:])
