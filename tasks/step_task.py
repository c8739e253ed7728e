"""Makes a Prefect task of a step.

Tasks are not cached. What a retried run repeats is decided by its fresh preflight: a step for which nothing differs is not called again,
one that differs again (somebody undid it, or the secret was rotated in between) is. That holds also when result storage is lost.
"""

from __future__ import annotations

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.outcome import Outcome
from dcr.steps.table import Step
from tasks.context import run_of
from tasks.retrying import DELAYS_SECONDS, JITTER, RETRIES, can_pass

StepTask = Task[[Platform, Tenant | None, dict[str, str], str], Outcome]


def step_task(step: Step, *, timeout_seconds: float, description: str) -> StepTask:
    """A task that performs this step.

    Args:
        timeout_seconds: for one attempt; longer than the step's own deadlines, so that those speak first.
        description: for the people who see it in the dashboard.
    """

    @task(
        name=step.name,
        description=description,
        task_run_name=f"{step.name} {{item}}" if step.each.several else step.name,
        tags=[step.stage.value],
        retries=RETRIES,
        retry_delay_seconds=DELAYS_SECONDS,
        retry_jitter_factor=JITTER,
        retry_condition_fn=can_pass,
        timeout_seconds=timeout_seconds,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def perform(platform: Platform, tenant: Tenant | None, facts: dict[str, str], item: str) -> Outcome:
        return step.converge(run_of(platform, tenant, write=True), facts, item)

    return perform
