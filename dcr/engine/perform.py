"""The protocol of a write, for every step and every way of running: observe, compare, ask whether it may be, write, prove it was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dcr.engine.observe import Observed
from dcr.engine.permission import Permission
from dcr.errors import CheckFailed
from dcr.results.diff import Diff
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.step import Item, Lock, Step
from dcr.vault import paths

Written = Callable[[Outcome], None]
# Whose setting or log tells why something that was accepted is not there, by the first part of its path in a plan.
NOT_KEPT = {
    "curity": "Look at its log, and at who else writes its configuration.",
    "konnect": "Report this to Kong.",
}
OTHERWISE = "Look at who else writes there, then run again."


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of one step, and all that was read after its write."""

    outcome: Outcome
    reads: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Moves:
    """What is wanted of a step: its thing as it is asked for, or none."""

    diff: Callable[[StepContext, Item, Any], Diff[Any]]
    write: Callable[[StepContext, Item, Any, Diff[Any]], Outcome]
    not_kept: str
    outcome: Callable[[StepContext, Item, Any], Outcome] = lambda _ctx, _item, _state: Outcome()


def _nobody_listens(_written: Outcome) -> None:
    """A write whose proof is all that counts."""


def perform(
    step: Step[Any, Any],
    item: Item,
    ctx: StepContext,
    permission: Permission,
    observed: Observed | None = None,
    written: Written = _nobody_listens,
    *,
    wanted: bool = True,
) -> Performed:
    """Bring one thing to what is wanted, and prove that it stayed so.

    Args:
        ctx: the tenant's lock is held by the run.
        observed: by the run, under the tenant's lock; None: it is observed here. What others may change meanwhile always is, under its
            own lock.
        written: is told what the write came to, before it is proved kept: an attempt that fails then is not repeated by the next.
        wanted: False: what is wanted of it is that it goes.

    Raises:
        Problems, Conflict, Refused: it may not be written; nothing was.
        LostLock: another run may be writing; what was not sent yet was not sent.
        CheckFailed: it was accepted, and was not kept.
    """
    moves = _towards(step, wanted=wanted)
    with _locked(step, ctx) as (reading, writing):
        known = observed is not None and step.lock is not Lock.PLATFORM
        state = observed.state if observed and known else step.observe(reading, item)
        diff = moves.diff(reading, item, state)
        if step.lock is not Lock.NONE:
            permission.require(step.name, diff.changes, diff.problems)
        if not diff:
            return Performed(moves.outcome(reading, item, state) + Outcome(warnings=diff.warnings), reading.reads)
        applied = moves.write(writing, item, state, diff)
        told = Outcome(changes=applied.changes or diff.changes, warnings=diff.warnings) + replace(applied, changes=())
        written(told)
        after = reading.fresh().knowing(applied.facts)
        kept = step.observe(after, item)
        left = moves.diff(after, item, kept)
        if left:
            raise _not_kept(moves.not_kept, [change.path for change in left.changes])
    return Performed(told + moves.outcome(after, item, kept) + Outcome(warnings=left.warnings), after.reads)


def _towards(step: Step[Any, Any], *, wanted: bool) -> Moves:
    if wanted:
        return Moves(step.diff, step.apply, "it accepted the change but did not keep", step.outcome)
    return Moves(step.absent, step.remove, "its removal was accepted, and still there is")


@contextmanager
def _locked(step: Step[Any, Any], ctx: StepContext) -> Iterator[tuple[StepContext, StepContext]]:
    """The context that only reads, and the one that may write as long as the step's lock is held."""
    match step.lock:
        case Lock.NONE:
            yield ctx, ctx
        case Lock.TENANT:
            yield ctx, _writing(ctx, paths.tenant_lock(ctx.the_tenant().slug))
        case Lock.PLATFORM:
            whose = f"{ctx.tenant.slug} on {ctx.platform.name}" if ctx.tenant else ctx.platform.name
            fresh = ctx.fresh()
            with ctx.unguarded.locks.hold(paths.platform_lock(), whose, ctx.platform.deadlines.lock_seconds):
                yield fresh, _writing(fresh, paths.platform_lock())


def _writing(ctx: StepContext, path: str) -> StepContext:
    """A write to a vendor's system cannot be repeated, so the lock is renewed, which Vault's active node decides; Vault asks the clock."""
    locks = ctx.unguarded.locks
    return ctx.guarded(lambda: locks.renew(path), lambda: locks.require(path))


def _not_kept(words: str, paths_left: list[str]) -> CheckFailed:
    where = paths_left[0].partition("/")[0].rstrip(":")
    return CheckFailed(where, f"{words} {', '.join(paths_left)}", NOT_KEPT.get(where, OTHERWISE))
