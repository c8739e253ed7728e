"""One application with its own credentials, in whichever way its tenant asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dcr.errors import Problem, Problems
from dcr.outcome import Facts, Outcome
from dcr.run import Run
from dcr.stages import portal_application
from dcr.tenant import Application, Way


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Bring the application with this name to what the tenant asks for; with `run.write` False, only say how."""
    application = run.the_tenant().application(item)
    return WAYS[application.way](run, facts, application)


def _import(run: Run, _facts: Facts, application: Application) -> Outcome:
    """Register the client at Curity, then adopt it in Konnect (reference/konnect.md section 7, route B)."""
    problem = Problem(f"tenant.applications.{application.name}.way", "'import' is not available yet", "Use the way 'portal'.")
    if run.write:
        raise Problems("application", (problem,))
    return Outcome(problems=(problem,))


WAYS: Mapping[Way, Callable[[Run, Facts, Application], Outcome]] = {Way.PORTAL: portal_application.converge, Way.IMPORT: _import}
