"""Preflight and plan in one: every check and every step's observation, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from dcr.engine.permission import conflicts
from dcr.errors import DcrError, Problem, Problems
from dcr.http.retries import Sleep, with_retries
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Change, Stage
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.results.plan import Plan
from dcr.results.report import Orphan
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Entry, Item, Step
from dcr.steps.table import TABLE


@dataclass(frozen=True, slots=True)
class Observed:
    """What was found of one entry of the table, for one item."""

    entry: Entry
    item: Item
    outcome: Outcome  # its changes are those that would be written
    state: Any = None  # of a step; None also if it could not be observed


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at the world, in the order of the table."""

    observed: tuple[Observed, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(one.outcome for one in self.observed)

    @property
    def facts(self) -> Facts:
        return _together(self.outcomes).facts

    @property
    def changes(self) -> tuple[Change, ...]:
        """In the order of writing."""
        return tuple(change for outcome in self.outcomes for change in outcome.changes)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return _together(self.outcomes).problems

    @property
    def warnings(self) -> tuple[str, ...]:
        return _together(self.outcomes).warnings

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        return _together(self.outcomes).orphans

    def of(self, entry: Entry, item: Item) -> Observed | None:
        """What was found for one entry and item; None if it was not observed."""
        return next((one for one in self.observed if one.entry is entry and one.item == item), None)

    def plan(self, platform: Platform, tenant: Tenant | None) -> Plan:
        """What a run would write, and what stands against it."""
        return Plan(
            platform=platform.name,
            tenant=tenant.slug if tenant else "",
            changes=self.changes,
            problems=self.problems,
            stops=tuple(conflicts(platform, self.changes, for_tenant=tenant is not None)),
            warnings=self.warnings,
            orphans=self.orphans,
        )


PREFLIGHT: tuple[Entry, ...] = tuple(entry for entry in TABLE if entry.stage is not Stage.SMOKE_TEST)


def observe(ctx: StepContext, *, sleep: Sleep, entries: Iterable[Entry] = PREFLIGHT, before: Observation | None = None) -> Observation:
    """Observe everything; what fails becomes a problem, so that all of them are known at once.

    Args:
        before: what was observed already, of entries that come first.
    """
    found = [*(before.observed if before else ())]
    known = ctx.knowing(before.facts) if before else ctx
    broken: set[str] = set()
    for entry in entries:
        if broken.intersection(entry.systems):
            continue
        for item in entry.items(ctx.tenant):
            ctx.progress(f"observing {entry.name} {item}".rstrip())
            try:
                one = with_retries(partial(observe_one, entry, item, known), sleep=sleep)
            except DcrError as error:
                broken.add(error.where.split(":")[0].split("/")[0])
                one = Observed(entry, item, Outcome(problems=_problems_of(error)))
            known = known.knowing(one.outcome.facts)
            found.append(one)
    return Observation(tuple(found))


def observe_one(entry: Entry, item: Item, ctx: StepContext) -> Observed:
    """Observe one entry of the table, once.

    Raises:
        DcrError: it could not be observed.
    """
    match entry:
        case Check():
            return Observed(entry, item, entry.prove(ctx, item))
        case Step():
            state = entry.observe(ctx, item)
            diff = entry.diff(ctx, item, state)
            pending = Outcome(changes=diff.changes, problems=diff.problems, warnings=diff.warnings)
            return Observed(entry, item, pending + entry.outcome(ctx, item, state), state)
    raise TypeError(f"{entry.name} is neither a step nor a check")


def _together(outcomes: Iterable[Outcome]) -> Outcome:
    together = Outcome()
    for outcome in outcomes:
        together += outcome
    return together


def _problems_of(error: DcrError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, Problems) else (Problem(error.where, error.problem, error.remedy),)
