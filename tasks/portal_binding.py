"""Stage 4: Konnect's DCR provider and auth strategy, which all tenants share, and the tenant's publications."""

from __future__ import annotations

from dcr.engine.run import Run
from dcr.results.changes import Stage
from dcr.steps.table import steps_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, steps_of(Stage.PORTAL_BINDING)))


def portal_binding(run: Run) -> None:
    """A task for the provider, one for the strategy, and one for each API."""
    run.converge(Stage.PORTAL_BINDING)
