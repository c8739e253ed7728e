"""What a write has told is in the report, however the proof after it went."""

from __future__ import annotations

import pytest

from dcr.engine.run import InThisProcess, Run
from dcr.errors import DcrError, Passing, Refused
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Orphan, Verdict
from dcr.steps.context import StepContext
from dcr.steps.step import Item, Lock, Step, System
from tests.unit.steps.contexts import StepWorld, a_context

CHANGE = Change(Stage.PORTAL_BINDING, Scope.TENANT, "konnect/thing", None, "there")
TOLD = Outcome(
    claims=(Claim(stage=Stage.PORTAL_BINDING, what="it was tried", verdict=Verdict.OK),),
    orphans=(Orphan(system="curity", what="a client", since="2026-12-01T00:00:00Z", remedy="Delete it."),),
)


class Thing(Step[bool, str]):
    """Made once; to look at it fails as often as it is told to."""

    name, stage, scope, lock, systems = "thing", Stage.PORTAL_BINDING, Scope.TENANT, Lock.TENANT, frozenset({System.KONNECT})
    timeout_seconds, description = 1, "For these tests."

    def __init__(self, failures: list[DcrError]) -> None:
        self.there, self.writes, self._failures = False, 0, failures

    def observe(self, ctx: StepContext, item: Item) -> bool:
        if self.there and self._failures:
            raise self._failures.pop()
        return self.there

    def diff(self, ctx: StepContext, item: Item, state: bool) -> Diff[str]:
        return Diff() if state else Diff((Difference(CHANGE, "thing"),))

    def apply(self, ctx: StepContext, item: Item, state: bool, diff: Diff[str]) -> Outcome:
        self.there, self.writes = True, self.writes + 1
        return TOLD

    def absent(self, ctx: StepContext, item: Item, state: bool) -> Diff[str]:
        return Diff()

    def remove(self, ctx: StepContext, item: Item, state: bool, diff: Diff[str]) -> Outcome:
        return Outcome()


@pytest.mark.parametrize("failures", [[], [Passing("konnect", "answered 503", "Again.")]], ids=["proved at once", "proved later"])
def test_what_a_write_told_is_reported_once_when_its_proof_comes_later(failures: list[DcrError]) -> None:
    thing, run = Thing(failures), a_run()
    with run.reporting():
        run.converge_step(thing, "")
    report = run.report()
    assert (thing.writes, report.changes, report.claims, report.orphans) == (1, (CHANGE,), TOLD.claims, TOLD.orphans)


def test_what_a_write_told_is_reported_also_if_its_proof_never_comes() -> None:
    thing, run = Thing([Refused("konnect", "answered 403", "Ask for the right.")]), a_run()
    with run.reporting():
        run.converge_step(thing, "")
    report = run.report()
    assert (report.changes, report.claims, report.orphans, report.verdict) == ((CHANGE,), TOLD.claims, TOLD.orphans, Verdict.FAILED)


def a_run() -> Run:
    return Run(a_context(StepWorld()), "test", InThisProcess(sleep=lambda _seconds: None))
