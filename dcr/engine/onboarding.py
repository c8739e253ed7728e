"""From nothing to a verified request: look, then write what differs under the tenant's lock, then prove it.

Who performs a step (Prefect, or this process alone) is the engine's business; the order and the rules stand here, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from dcr.engine.observe import Look, look
from dcr.engine.record import Record, shown
from dcr.engine.request_counting import RequestCounting
from dcr.errors import CheckFailed, DcrError, Pending
from dcr.http.retries import Sleep, with_retries
from dcr.results.changes import Stage
from dcr.results.outcome import Facts, Outcome
from dcr.results.report import Claim, Decision, Report, Verdict
from dcr.steps.context import Run
from dcr.steps.table import STEPS, Step, When
from dcr.vault import paths

WRITING_STAGES = (Stage.CURITY_CONFIGURATION, Stage.DCR_ENABLEMENT, Stage.PORTAL_BINDING, Stage.APPLICATION)


class Engine(Protocol):
    """Looks at the world and performs single steps."""

    def look(self) -> Look:
        """Every step's read and diff."""

    def perform(self, step: Step, item: str, facts: Facts) -> Outcome:
        """Read, diff and write one step; repeated where that may help."""


@dataclass(frozen=True, slots=True)
class InThisProcess:
    """The engine without Prefect: for the command line, and for walking every fault quickly."""

    run: Run
    sleep: Sleep = time.sleep

    def look(self) -> Look:
        return look(replace(self.run, write=False, _seen={}), sleep=self.sleep)

    def perform(self, step: Step, item: str, facts: Facts) -> Outcome:
        writing = replace(self.run, write=True)
        return with_retries(lambda: step.converge(writing, facts, item), sleep=self.sleep)


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's end: its report, and the error that ended it early."""

    report: Report
    error: DcrError | None = None


Approve = Callable[[Look], Decision | None]
"""Called with the plan before the first write; raises to stop there. Returns what a person decided, if one was asked."""


def _approved(_look: Look) -> None:
    """Nobody is asked."""


def onboard(run: Run, engine: Engine, label: str, approve: Approve = _approved) -> Finished:
    """Converge the platform's part and the run's tenant, if it has one, and prove the tenant's credentials.

    Args:
        label: names the run for people: in the lock, for those who wait, and in the report.
        approve: is shown the plan when there is something to write.

    Returns:
        the report in any case, also of a run that failed; nothing of ours is raised.
    """
    record = Record(run.platform, run.tenant, label)
    counting = RequestCounting(run.systems.requests)
    ended: DcrError | None = None
    try:
        _walk(run, engine, record, approve, counting)
    except Pending:
        pass  # the record has its words; the report's verdict says so
    except DcrError as error:
        record.error, ended = record.error or str(error), error
    record.requests = counting.rows()
    return Finished(record.report(), ended)


def _walk(run: Run, engine: Engine, record: Record, approve: Approve, counting: RequestCounting) -> None:
    with record.stage(Stage.PREFLIGHT) as said:
        found = engine.look()
        said.extend([f"{len(found.changes)} to write"] if found.changes else [])
        for outcome in found.outcomes:
            record.keep(outcome, written=False)
        found.require_writable(run)
    with ExitStack() as held:
        if found.changes:
            record.approval = approve(found)
        if run.tenant:
            held.enter_context(_tenant_lock(run, record.run))
        facts = found.facts
        for stage in WRITING_STAGES:
            with record.stage(stage):
                facts |= _perform(run, engine, record, found, stage, facts)
        if run.tenant:
            with record.stage(Stage.SMOKE_TEST) as said_last, counting.apart("smoke test"):
                before = len(record.claims)
                _perform(run, engine, record, found, Stage.SMOKE_TEST, facts)
                said_last.append(shown(record.claims[before:]))
                _require_proof(record.claims)


def _perform(run: Run, engine: Engine, record: Record, found: Look, stage: Stage, facts: Facts) -> dict[str, str]:
    known = dict(facts)
    for step in STEPS:
        # The tenant is recorded when the first stage begins: it is accepted by then, and held by its lock.
        of_stage = step.stage is stage or (stage is WRITING_STAGES[0] and step.stage is Stage.PREFLIGHT)
        for item in step.items(run.tenant) if of_stage else ():
            if _needed(step, item, found):
                run.progress(f"{step.name} {item}".rstrip())
                outcome = engine.perform(step, item, known)
                record.keep(outcome, written=True)
                known |= outcome.facts
    return known


def _needed(step: Step, item: str, found: Look) -> bool:
    match step.when:
        case When.LOOKING:
            return False
        case When.DIFFERENT:
            return bool(found.of(step, item).changes)
        case When.ANY_CHANGE:
            return bool(found.changes)
    return True


def _require_proof(claims: list[Claim]) -> None:
    failed = [claim for claim in claims if claim.verdict in (Verdict.FAILED, Verdict.UNKNOWN)]
    if failed:
        said = "; ".join(f"{claim.what}: {claim.detail or claim.verdict}" for claim in failed)
        raise CheckFailed("smoke test", said, "Fix what it points at, then retry: what already fits is not written again.")


@contextmanager
def _tenant_lock(run: Run, label: str) -> Iterator[None]:
    slug = run.the_tenant().slug
    with run.systems.locks.hold(paths.tenant_lock(slug), label, run.platform.deadlines.lock_seconds):
        yield
