"""One run: observe under the tenant's lock, have a person agree where the policy asks for one, then walk the table and prove it.

Who repeats a failed attempt (Prefect, or this process alone) is the execution's business; the order and the rules stand here, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from dcr.engine.observe import Observation, Observed, observe
from dcr.engine.perform import perform
from dcr.engine.permission import NOTHING_MORE, Mandate, Permission
from dcr.engine.record import Record
from dcr.engine.request_counting import RequestCounting
from dcr.errors import CheckFailed, DcrError, Pending, Refused
from dcr.http.retries import Sleep, with_retries
from dcr.model.request import request_now
from dcr.results.changes import Stage
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome, together
from dcr.results.plan import Plan
from dcr.results.report import Claim, Decision, Report, Verdict
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Entry, Item, Step
from dcr.steps.table import VAULT_ACCESS, checks_of, steps_of
from dcr.vault import paths

MOST_PLANS = 5  # that a person is shown in one run, if what was approved changes each time
WRITING_STAGES = (Stage.CURITY_CONFIGURATION, Stage.DCR_ENABLEMENT, Stage.PORTAL_BINDING, Stage.APPLICATION)

Attempt = Callable[[], Outcome]
Look = Callable[[], Observation]
Survey = Callable[..., Observation]
"""Called as `observe` is."""
Approve = Callable[[Plan], Decision]
"""Called with what would be written where the policy asks for a person; returns what was decided, or raises to stop there."""


class Execution(Protocol):
    """Runs attempts, and repeats them where that may help."""

    @property
    def sleep(self) -> Sleep:
        """Lets seconds pass between two tries inside an observation."""

    def observe(self, look: Look) -> Observation:
        """Run an observation, which repeats what it may by itself."""

    def attempt(self, entry: Entry, item: Item, attempt: Attempt, *, removes: bool = False) -> Outcome:
        """Run one entry of the table for one item.

        Args:
            removes: so that people see what is done.
        """


@dataclass(frozen=True, slots=True)
class InThisProcess:
    """Without Prefect: for the command line, and for walking every fault quickly."""

    sleep: Sleep = time.sleep

    def observe(self, look: Look) -> Observation:
        return look()

    def attempt(self, entry: Entry, item: Item, attempt: Attempt, *, removes: bool = False) -> Outcome:  # noqa: ARG002 - Prefect wants to know
        return with_retries(attempt, sleep=self.sleep)


class Run:
    """Of one tenant, or of the platform's own part. Not for several threads."""

    def __init__(
        self, ctx: StepContext, label: str, execution: Execution, mandate: Mandate = NOTHING_MORE, survey: Survey = observe
    ) -> None:
        """Nothing is asked yet.

        Args:
            label: names the run for people: in the lock, for those who wait, and in the report.
            mandate: what it is asked for beyond what everybody may.
            survey: looks at all that the run is about, once Vault has been seen to be usable.
        """
        self.ctx = ctx
        self.error: DcrError | None = None
        self._record = Record(ctx.platform, ctx.tenant, label)
        self._counting = RequestCounting(ctx.unguarded.requests)
        self._execution = execution
        self._permission = Permission(ctx.platform, ctx.tenant is not None, mandate)
        self._survey = survey
        self._observation = Observation()
        self._facts = Facts()
        self._performed: set[tuple[type[Entry], Item]] = set()
        self._reads: dict[str, Any] = {}  # what was read when the last step was performed

    def report(self) -> Report:
        """The report as far as the run has come."""
        self._record.requests = self._counting.rows()
        return self._record.report()

    @property
    def removes(self) -> bool:
        """Whether anything was found that has to go."""
        return bool(self._observation.unwanted)

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Keep for the report whatever ends the block; errors of ours end there, anything else goes on."""
        try:
            yield
        except Pending:
            pass  # the record has its words; the report's verdict says so
        except DcrError as error:
            self.error = error
            self._record.failed(error)
        except BaseException as ended:
            self._record.interrupted(ended)
            raise

    @contextmanager
    def writing(self, approve: Approve) -> Iterator[Observation]:
        """Hold the tenant's lock over the block, in which everything that was observed may be brought to what is wanted.

        A plan that a person has to approve is shown without the lock, since that may take days; then everything is observed anew, and a
        plan that has grown meanwhile is shown again.

        Raises:
            Problems, Conflict: it may not be written.
            Refused: a person did not approve.
            Busy: another run holds the lock.
        """
        self.ctx = replace(self.ctx, request=self.ctx.request or request_now(self._record.run))
        for _ in range(MOST_PLANS):
            with ExitStack() as held:
                self._preflight(held)
                if not self._permission.beyond_approval(self._observation.changes):
                    self._accept()
                    yield self._observation
                    return
            decision = approve(self._observation.plan(self.ctx.platform, self.ctx.tenant, self._permission.mandate))
            self._permission = replace(self._permission, approved=self._observation.changes)
            self.ctx = replace(self.ctx, lasting_reads={})  # everything is observed anew, also what others own
            self._record.begin_anew(decision)
        raise Refused("approval", f"the plan has changed {MOST_PLANS} times while it waited", "Find out who else changes these systems.")

    def converge(self, stage: Stage) -> None:
        """Bring everything of a stage to what is wanted."""
        with self._record.stage(stage):
            for step in steps_of(stage):
                for item in step.items(self.ctx.tenant):
                    self.converge_step(step, item)

    def remove_unwanted(self, *, but: Step[Any, Any] | None = None) -> None:
        """Take away what is no longer asked for: last things first, and before anything new, in whose place it may stand.

        Args:
            but: a step whose things stay for now.
        """
        unwanted = [
            (step, item) for step, item in self._observation.unwanted if step is not but and (type(step), item) not in self._performed
        ]
        if not unwanted:
            return
        with self._record.stage(Stage.REMOVAL):
            for step, item in unwanted:
                self._remove(step, item)

    def prove(self, stage: Stage) -> None:
        """Ask every check of a stage; what it costs is counted apart."""
        with self._record.stage(stage) as said, self._counting.apart(stage.value):
            before = len(self._record.claims)
            for check in checks_of(stage):
                for item in check.items(self.ctx.tenant):
                    self._prove(check, item)
            said.append(self._record.shown_since(before))

    def look(self, *, drift: bool) -> Observation:
        """Observe everything without a lock, for a run that writes nothing.

        Args:
            drift: it is this run's business whether everything is as accepted.
        """
        with self._record.stage(Stage.PREFLIGHT):
            self._observation = self._looked(observe)
            self._facts = self._observation.facts
            self._record.keep_observed(self._observation.outcomes, drift=drift)
        return self._observation

    def planned(self) -> Plan:
        """What this run would write, seen without a lock."""
        vault = self._looked(partial(observe, entries=(VAULT_ACCESS,)))
        observation = self._looked(partial(self._survey, before=vault))
        return observation.plan(self.ctx.platform, self.ctx.tenant, self._permission.mandate)

    def _preflight(self, held: ExitStack) -> None:
        """Vault first: a login that may not lock is told so at once, and what stands against it is told with all the rest."""
        with self._record.stage(Stage.PREFLIGHT) as said:
            vault = self._looked(partial(observe, entries=(VAULT_ACCESS,)))
            if self.ctx.tenant and not vault.problems:
                path, wait = paths.tenant_lock(self.ctx.tenant.slug), self.ctx.platform.deadlines.lock_seconds
                held.enter_context(self.ctx.unguarded.locks.hold(path, self._record.run, wait))
            self._observation = self._looked(partial(self._survey, before=vault)).marked(self._permission.mandate)
            self._facts = self._observation.facts
            said.extend([f"{len(self._observation.changes)} to write"] if self._observation.changes else [])
            for outcome in self._observation.outcomes:
                self._record.keep(outcome, written=False)
            changes = self._observation.changes
            mistaken = self._permission.mandate.mistaken(changes)
            self._permission.require_possible("preflight", changes, (*self._observation.problems, *mistaken))

    def _looked(self, survey: Callable[..., Observation]) -> Observation:
        return self._execution.observe(partial(survey, self.ctx.fresh(), sleep=self._execution.sleep))

    def _accept(self) -> None:
        """What a stage of preflight writes is written once everything is allowed: the tenant is accepted by then."""
        for step in steps_of(Stage.PREFLIGHT):
            for item in step.items(self.ctx.tenant):
                self.converge_step(step, item)

    def _remove(self, step: Step[Any, Any], item: Item) -> None:
        self.ctx.progress(f"removing {step.name} {item}".rstrip())
        observed = self._observation.of(step, item, wanted=False)
        self._written(step, item, observed, wanted=False)
        self._performed.add((type(step), item))

    def converge_step(self, step: Step[Any, Any], item: Item) -> None:
        """Bring one thing to what is wanted, unless nothing of it was found to differ."""
        observed = self._observation.of(step, item)
        if self._outdated(step, item):
            observed = None
        elif observed is not None and not observed.outcome.changes:
            return
        self.ctx.progress(f"{step.name} {item}".rstrip())
        self._written(step, item, observed)
        self._performed.add((type(step), item))  # also if another run was faster: it is no longer as it was observed

    def _written(self, step: Step[Any, Any], item: Item, observed: Observed | None, *, wanted: bool = True) -> None:
        told: list[Outcome] = []
        attempt = self._attempts(step, item, observed, told, wanted=wanted)
        try:
            outcome = self._execution.attempt(step, item, attempt, removes=not wanted)
        except BaseException:
            self._keep(together(told))
            raise
        self._keep(outcome, instead_of=observed.outcome if observed else Outcome())
        self._facts = self._facts.merge(outcome.facts)

    def _keep(self, outcome: Outcome, instead_of: Outcome = Outcome()) -> None:  # noqa: B008 - it is frozen
        changes = self._permission.mandate.marked(outcome.changes)
        self._record.keep(replace(outcome, changes=changes), written=True, instead_of=instead_of)

    def _attempts(self, step: Step[Any, Any], item: Item, observed: Observed | None, told: list[Outcome], *, wanted: bool) -> Attempt:
        """The first attempt uses what the run observed; every other one looks for itself, so a lost answer is found, not repeated."""
        known: list[Observed] = [observed] if observed else []
        reads = [self._reads]
        base = replace(self.ctx, after_change=self._outdated(step, item))

        def attempt() -> Outcome:
            earlier = together(told)  # of attempts that wrote, and failed before it was proved
            ctx = base.knowing(self._facts.merge(earlier.facts)).sharing(reads.pop() if reads else {})
            performed = perform(step, item, ctx, self._permission, known.pop() if known else None, told.append, wanted=wanted)
            self._reads = performed.reads
            return earlier + performed.outcome

        return attempt

    def _outdated(self, step: Step[Any, Any], item: Item) -> bool:
        """Whether a step that this one follows has been performed since everything was observed."""
        return any(kind in step.follows and other in ("", item) for kind, other in self._performed)

    def _prove(self, check: Check, item: Item) -> None:
        ctx = self.ctx.fresh().knowing(self._facts)
        self.ctx.progress(f"{check.name} {item}".rstrip())
        try:
            outcome = self._execution.attempt(check, item, lambda: check.prove(ctx, item))
        except DcrError as error:  # what could not be asked is not known, and keeps nothing else from being asked
            outcome = Outcome(claims=(_not_asked(check, item, error),))
        self._record.keep(outcome, written=True)


def _not_asked(check: Check, item: Item, error: DcrError) -> Claim:
    what = f"{check.name} {item}".rstrip()
    verdict = Verdict.FAILED if isinstance(error, CheckFailed) else Verdict.UNKNOWN  # it was asked, and is plainly false
    return Claim(stage=check.stage, what=f"{what} could be asked", verdict=verdict, detail=str(error))
