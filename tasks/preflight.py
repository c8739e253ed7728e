"""Stage 1: every check and every step's observation, before anything is written. It runs at every attempt of a flow run.

The one thing that this stage writes is the tenant record, once everything is allowed.
"""

from __future__ import annotations

import time

from prefect import task
from prefect.cache_policies import NO_CACHE

from dcr.engine.observe import Observation, observe
from dcr.engine.run import Look
from dcr.results.changes import Stage
from dcr.steps.context import StepContext
from dcr.steps.table import steps_of
from tasks.step_task import step_task

TASKS = tuple(map(step_task, steps_of(Stage.PREFLIGHT)))


@task(
    name="preflight",
    task_run_name="preflight",
    description="Reads everything, writes nothing: what is missing, what would change, what stands in the way.",
    tags=["preflight"],
    timeout_seconds=600,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def preflight(look: Look) -> Observation:
    """Retries are inside, call by call, so that a passing failure of one system does not repeat the look at all others."""
    return look()


def preflight_of(ctx: StepContext) -> Observation:
    """The preflight of a run that only reads."""
    return preflight(lambda: observe(ctx, sleep=time.sleep))
