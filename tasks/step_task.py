"""Makes a Prefect task of an entry of the table: its name, time-out, tags and description are the table's.

Tasks are not cached. What a retried run repeats is decided by its fresh preflight: a step for which nothing differs is not called again,
one that differs again (somebody undid it, or the secret was rotated in between) is. That holds also when result storage is lost.
"""

from __future__ import annotations

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from dcr.engine.run import Attempt
from dcr.results.outcome import Outcome
from dcr.steps.step import Each, Entry, Item
from tasks.retrying import DELAYS_SECONDS, JITTER, RETRIES, can_pass

StepTask = Task[[Attempt, Item], Outcome]


def step_task(entry: Entry) -> StepTask:
    """A task that makes an attempt at this entry. Its arguments are an item's name and what to call: nothing that holds a secret."""

    @task(
        name=entry.name,
        description=entry.description,
        task_run_name=entry.name if entry.each is Each.ONCE else f"{entry.name} {{item}}",
        tags=[entry.stage.value],
        retries=RETRIES,
        retry_delay_seconds=DELAYS_SECONDS,
        retry_jitter_factor=JITTER,
        retry_condition_fn=can_pass,
        timeout_seconds=entry.timeout_seconds,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def perform(attempt: Attempt, item: Item) -> Outcome:  # noqa: ARG001 - the item names the task's run
        return attempt()

    return perform
