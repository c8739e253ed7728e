"""Preflight and plan in one: every check and every step's observation, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dcr.engine.permission import NOTHING_MORE, Mandate, conflicts
from dcr.errors import DcrError, Problem, Problems
from dcr.http.retries import Sleep, with_retries
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Change, Scope, Stage
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
    wanted: bool = True  # False: what is wanted of it is that it goes


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
        """In the order of writing: what has to go first, last things first."""
        going = (one for one in reversed(self.observed) if not one.wanted)
        staying = (one for one in self.observed if one.wanted)
        return tuple(change for one in (*going, *staying) for change in one.outcome.changes)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return _together(self.outcomes).problems

    @property
    def warnings(self) -> tuple[str, ...]:
        return _together(self.outcomes).warnings

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        return _together(self.outcomes).orphans

    @property
    def told(self) -> Observation:
        """Only the facts, and what could not be observed."""
        return Observation(tuple(replace(one, outcome=_told(one)) for one in self.observed))

    def marked(self, mandate: Mandate) -> Observation:
        """The same, where the changes that a run takes over say so."""
        marked = (replace(one, outcome=replace(one.outcome, changes=mandate.marked(one.outcome.changes))) for one in self.observed)
        return Observation(tuple(marked))

    def of(self, entry: Entry, item: Item, *, wanted: bool = True) -> Observed | None:
        """What was found for one entry and item; None if it was not observed."""
        return next((one for one in self.observed if (one.entry, one.item, one.wanted) == (entry, item, wanted)), None)

    @property
    def unwanted(self) -> tuple[tuple[Step[Any, Any], Item], ...]:
        """What has to go, last things first."""
        going = (one for one in reversed(self.observed) if not one.wanted and one.outcome.changes)
        return tuple((one.entry, one.item) for one in going if isinstance(one.entry, Step))

    def plan(self, platform: Platform, tenant: Tenant | None, mandate: Mandate = NOTHING_MORE) -> Plan:
        """What a run would write, and what stands against it.

        Args:
            mandate: what that run is asked for beyond what everybody may.
        """
        changes = mandate.marked(self.changes)
        return Plan(
            platform=platform.name,
            tenant=tenant.slug if tenant else "",
            changes=changes,
            problems=(*self.problems, *mandate.mistaken(changes)),
            stops=tuple(conflicts(platform, changes, for_tenant=tenant is not None, mandate=mandate)),
            warnings=self.warnings,
            orphans=self.orphans,
        )


PREFLIGHT: tuple[Entry, ...] = tuple(entry for entry in TABLE if entry.stage is not Stage.SMOKE_TEST)


def observe(ctx: StepContext, *, sleep: Sleep, entries: Iterable[Entry] = PREFLIGHT, before: Observation | None = None) -> Observation:
    """Observe all that is asked for, and what no longer is; what fails becomes a problem, so that all of them are known at once.

    Args:
        before: what was observed already; those entries are not observed again.
    """
    observer, known = _Observer(ctx, sleep, before), {one.entry for one in before.observed} if before else set()
    for entry in entries:
        if entry not in known:
            observer.look_at(entry)
    return Observation(tuple(observer.found))


def observe_leaving(ctx: StepContext, *, sleep: Sleep, leaving: Iterable[tuple[Step[Any, Any], Item]], before: Observation) -> Observation:
    """Observe what shall go, and nothing else. Arguments as those of `observe`."""
    observer = _Observer(ctx, sleep, before)
    for step, item in leaving:
        observer.look(step, item, wanted=False)
    return Observation(tuple(observer.found))


class _Observer:
    """One look over several entries, each given what those before found. A system that failed once is not asked again and again."""

    def __init__(self, ctx: StepContext, sleep: Sleep, before: Observation | None) -> None:
        self.found = [*(before.observed if before else ())]
        self._known = ctx.knowing(before.facts) if before else ctx
        self._sleep = sleep
        self._broken: set[str] = set()

    def look_at(self, entry: Entry) -> None:
        """Every item of an entry that is asked for, after those that are not any more."""
        for item in self._unwanted(entry):
            self.look(entry, item, wanted=False)
        for item in entry.items(self._known.tenant):
            self.look(entry, item)

    def look(self, entry: Entry, item: Item, *, wanted: bool = True) -> None:
        if self._broken.intersection(entry.systems):
            return
        self._known.progress(f"observing {entry.name} {item}".rstrip())
        try:
            one = with_retries(partial(observe_one, entry, item, self._known, wanted=wanted), sleep=self._sleep)
        except DcrError as error:
            one = self._failed(entry, item, error, wanted=wanted)
        self._known = self._known.knowing(one.outcome.facts)
        self.found.append(one)

    def _unwanted(self, entry: Entry) -> tuple[Item, ...]:
        if not isinstance(entry, Step) or self._broken.intersection(entry.systems):
            return ()
        if entry.scope is Scope.TENANT and self._known.tenant is None:
            return ()
        try:
            return with_retries(partial(entry.unwanted, self._known), sleep=self._sleep)
        except DcrError as error:
            self.found.append(self._failed(entry, "", error, wanted=False))
            return ()

    def _failed(self, entry: Entry, item: Item, error: DcrError, *, wanted: bool) -> Observed:
        self._broken.add(error.where.split(":")[0].split("/")[0])
        return Observed(entry, item, Outcome(problems=_problems_of(error)), wanted=wanted)


def observe_one(entry: Entry, item: Item, ctx: StepContext, *, wanted: bool = True) -> Observed:
    """Observe one entry of the table, once.

    Args:
        wanted: False: what is wanted of it is that it goes.

    Raises:
        DcrError: it could not be observed.
    """
    match entry:
        case Check():
            return Observed(entry, item, entry.prove(ctx, item))
        case Step() if not wanted:
            state = entry.observe(ctx, item)
            diff = entry.absent(ctx, item, state)
            return Observed(entry, item, Outcome(changes=diff.changes, problems=diff.problems, warnings=diff.warnings), state, wanted=False)
        case Step():
            state = entry.observe(ctx, item)
            diff = entry.diff(ctx, item, state)
            pending = Outcome(changes=diff.changes, problems=diff.problems, warnings=diff.warnings)
            return Observed(entry, item, pending + entry.outcome(ctx, item, state), state)
    raise TypeError(f"{entry.name} is neither a step nor a check")


def _told(one: Observed) -> Outcome:
    return Outcome(one.outcome.facts, problems=() if one.state is not None else one.outcome.problems)


def _together(outcomes: Iterable[Outcome]) -> Outcome:
    together = Outcome()
    for outcome in outcomes:
        together += outcome
    return together


def _problems_of(error: DcrError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, Problems) else (Problem(error.where, error.problem, error.remedy),)
