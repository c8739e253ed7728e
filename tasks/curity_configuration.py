"""Stage 2: the initial client's secret in Vault, then token issuer and initial client at Curity.

Where files configure Curity (curity.mode render) the second task waits for people, as long as deadlines.metadata_seconds allows.
"""

from __future__ import annotations

from dcr.engine.run import Run
from dcr.results.changes import Stage
from dcr.steps.table import steps_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, steps_of(Stage.CURITY_CONFIGURATION)))


def curity_configuration(run: Run) -> None:
    """Two tasks. The secret is in Vault before Curity hears of it, and everything at Curity is one transaction."""
    run.converge(Stage.CURITY_CONFIGURATION)
