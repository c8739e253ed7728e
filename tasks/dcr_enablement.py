"""Stage 3: Dynamic Client Registration at Curity, its endpoint, and the service roles that deploy it."""

from __future__ import annotations

from dcr.engine.run import Run
from dcr.results.changes import Stage
from dcr.steps.table import steps_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, steps_of(Stage.DCR_ENABLEMENT)))


def dcr_enablement(run: Run) -> None:
    """Two tasks: one transaction at Curity, and the wait until its metadata shows where to register."""
    run.converge(Stage.DCR_ENABLEMENT)
