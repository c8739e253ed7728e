"""Preflight and plan in one: every step's read and diff, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from dcr.errors import Conflict, DcrError, Problem, Problems
from dcr.http.retries import Sleep, with_retries
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.results.report import Orphan
from dcr.steps.conflicts import conflicts
from dcr.steps.context import Run
from dcr.steps.table import STEPS, Step, When


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the world found, step by step."""

    found: tuple[tuple[str, str, Outcome], ...]  # step, item, what it found

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(outcome for _, _, outcome in self.found)

    @property
    def facts(self) -> dict[str, str]:
        return {name: value for outcome in self.outcomes for name, value in outcome.facts.items()}

    @property
    def changes(self) -> tuple[Change, ...]:
        """In the order of writing."""
        return tuple(change for outcome in self.outcomes for change in outcome.changes)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(dict.fromkeys(problem for outcome in self.outcomes for problem in outcome.problems))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(warning for outcome in self.outcomes for warning in outcome.warnings))

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        return tuple(left for outcome in self.outcomes for left in outcome.orphans)

    def of(self, step: Step, item: str) -> Outcome:
        """What the look found for one step and item; nothing, if it was not looked at."""
        return next((outcome for name, thing, outcome in self.found if (name, thing) == (step.name, item)), Outcome())

    def require_writable(self, run: Run) -> None:
        """Stop here if anything forbids writing.

        Raises:
            Problems: what people have to fix first, all of it.
            Conflict: what the platform's policy forbid, all of it.
        """
        if self.problems:
            raise Problems("preflight", self.problems)
        forbidden = conflicts(run.platform, self.changes, for_tenant=run.tenant is not None)
        if forbidden:
            raise Conflict("plan", forbidden)


def look(run: Run, *, sleep: Sleep, steps: Iterable[Step] = STEPS) -> Look:
    """Read and diff everything; what fails becomes a problem, so that all of them are known at once."""
    found: list[tuple[str, str, Outcome]] = []
    facts: dict[str, str] = {}
    broken: set[str] = set()
    for step in steps:
        if step.when is When.ALWAYS or step.asks & broken:
            continue
        for item in step.items(run.tenant):
            run.progress(f"looking at {step.name} {item}".rstrip())
            try:
                outcome = with_retries(partial(step.converge, run, facts, item), sleep=sleep)
            except DcrError as error:
                broken.add(error.where.split(":")[0].split("/")[0])
                outcome = Outcome(problems=_problems_of(error))
            facts |= outcome.facts
            found.append((step.name, item, outcome))
    return Look(tuple(found))


def _problems_of(error: DcrError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, Problems) else (Problem(error.where, error.problem, error.remedy),)
