"""What Vault remembers of Curity's configuration as it was before us, and how that is given back.

Source: docs/vendors/curity.md, RESTCONF edits, Concurrency; docs/vendors/vault.md, Idempotent write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dcr.curity.admin.edit import Edit, document
from dcr.curity.admin.giving_back import Deletion
from dcr.curity.admin.memory import Written, kept, remembering, to_keep
from dcr.curity.admin.nodes import Path, display, resource
from dcr.curity.admin.state import CurityState
from dcr.curity.admin.tree import reached, shown
from dcr.errors import Problem, Problems, Stale
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Difference
from dcr.steps.context import StepContext
from dcr.vault import paths
from dcr.vault.client import VaultSecret

CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Forgetting:
    """The memory goes, when all that it tells of has gone back."""


def written_before(ctx: StepContext) -> tuple[Written, ...] | None:
    """What is remembered; None if nothing is. Only the platform's own runs ask for it."""
    path = paths.curity_changes()
    return _understood(ctx, ctx.cached(f"vault {path}", lambda: ctx.vault.read(path)))


def remember(ctx: StepContext, stage: Stage, edits: Iterable[Edit], found: CurityState) -> None:
    """Keep what stands there before these edits. No secret is kept, neither what it was nor what it becomes.

    Raises:
        Stale: another run has written it meanwhile.
    """
    path = paths.curity_changes()
    stored = ctx.vault.read(path)
    every = remembering(_understood(ctx, stored) or (), stage, edits, found.tree)
    ctx.vault.put(path, {CHANGES: to_keep(every)}, expect=stored.version if stored else 0)


def forgetting(stage: Stage) -> Difference[Forgetting]:
    """The difference of a memory that is there and not wanted any more."""
    change = Change(stage, Scope.PLATFORM, f"vault/{paths.curity_changes()}", "what stood there before", None)
    return Difference(change, Forgetting())


def give_back(ctx: StepContext, found: CurityState, writes: Iterable[object]) -> None:
    """Write what was there before, then delete what was not, what refers to others first; the memory of it goes at last.

    Raises:
        Stale: somebody has changed one of these nodes since it was looked at.
        Refused: somebody else's setting refers to one of them.
    """
    every = tuple(writes)
    restored = [one for one in every if isinstance(one, Edit)]
    if restored:
        ctx.curity.patch_root(document(restored))
    for one in every:
        if isinstance(one, Deletion):
            _delete(ctx, found.tree, one.path)
    if any(isinstance(one, Forgetting) for one in every):
        ctx.vault.remove(paths.curity_changes())


def _delete(ctx: StepContext, tree: Mapping[str, Any], path: Path) -> None:
    answered = ctx.curity.tagged(resource(path))
    if answered is None:
        return
    answer, tag = answered
    seen, now = reached(tree, path)[1], shown(answer)
    if isinstance(seen, Mapping) and isinstance(now, Mapping) and seen != now:
        raise Stale(f"curity: {display(path)}", "was changed by somebody else meanwhile", "Reading and comparing again is safe.")
    ctx.curity.delete(resource(path), if_match=tag)


def _understood(ctx: StepContext, stored: VaultSecret | None) -> tuple[Written, ...] | None:
    if stored is None:
        return None
    try:
        if stored.ours:
            return kept(stored.values[CHANGES].get_secret_value())
    except (KeyError, ValueError):
        pass
    fault = "does not hold what this tool remembers of Curity"
    where = ctx.vault.ref(paths.curity_changes())
    raise Problems("vault", [Problem(where, fault, "Restore a version of it that does, or move it away.")])
