"""Stage 5: the application, its credentials in Vault, its registrations for APIs."""

from __future__ import annotations

from dcr.engine.run import Run
from dcr.results.changes import Stage
from dcr.steps.table import steps_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, steps_of(Stage.APPLICATION)))


def application(run: Run) -> None:
    """For each application a task that creates it and stores its secret, one for its registrations, one for a client it replaced."""
    run.converge(Stage.APPLICATION)
