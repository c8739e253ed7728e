"""One application with its own credentials, in whichever way its tenant asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dcr.errors import Problem, Problems
from dcr.model.tenant import ApplicationSpec, Way
from dcr.results.outcome import Facts, Outcome
from dcr.steps.application.imported import application as import_application
from dcr.steps.application.portal import application as portal_application
from dcr.steps.application.record import record_problems
from dcr.steps.context import Run


class WayToAnApplication(Protocol):
    """What a module offers for each way."""

    def problems(self, run: Run, facts: Facts, asked: ApplicationSpec) -> tuple[Problem, ...]:
        """What people have to fix before the application can come to be in this way."""

    def converge(self, run: Run, facts: Facts, asked: ApplicationSpec) -> Outcome:
        """Bring the application to what the tenant asks for; with `run.write` False, only say how."""


PORTAL = ("portal.id", "portal.url")
WAYS: Mapping[Way, WayToAnApplication] = {Way.PORTAL: portal_application, Way.IMPORT: import_application}


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Bring the application with this name to what the tenant asks for; with `run.write` False, only say how.

    Raises:
        Problems: of a run that writes, before it does.
    """
    asked = run.the_tenant().application(item)
    way = WAYS[asked.way]
    problems = way.problems(run, facts, asked) + record_problems(run, asked)
    if problems and run.write:
        raise Problems("application", problems)
    if problems or any(fact not in facts for fact in PORTAL):  # the look at portal and APIs has told what is missing
        return Outcome(problems=problems)
    return way.converge(run, facts, asked)
