"""Stage 6: the credentials work, and nothing else does."""

from __future__ import annotations

from dcr.engine.run import Run
from dcr.results.changes import Stage
from dcr.steps.table import checks_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, checks_of(Stage.SMOKE_TEST)))


def smoke_test(run: Run) -> None:
    """A task for each application: one success and three refusals through the gateway, and the token itself."""
    run.prove(Stage.SMOKE_TEST)
