"""One application with its own credentials, in whichever way its tenant asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dcr.outcome import Facts, Outcome
from dcr.run import Run
from dcr.stages import import_application, portal_application
from dcr.tenant import Application, Way


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Bring the application with this name to what the tenant asks for; with `run.write` False, only say how."""
    application = run.the_tenant().application(item)
    return WAYS[application.way](run, facts, application)


WAYS: Mapping[Way, Callable[[Run, Facts, Application], Outcome]] = {
    Way.PORTAL: portal_application.converge,
    Way.IMPORT: import_application.converge,
}
