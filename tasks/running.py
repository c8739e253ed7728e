"""A flow run that may write: how it begins, how Prefect performs its steps, and that it never ends without a report."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from prefect.exceptions import Pause

from dcr.engine.observe import Observation
from dcr.engine.permission import Mandate
from dcr.engine.run import Attempt, Look, Run
from dcr.http.retries import Sleep
from dcr.model.tenant import Tenant
from dcr.results.outcome import Outcome
from dcr.steps.step import Entry, Item
from tasks import application, curity_configuration, dcr_enablement, portal_binding, preflight, smoke_test
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run, request_of_run
from tasks.reporting import publish_report
from tasks.restarts import refuse_second_restart
from tasks.step_task import StepTask

STAGES = (preflight, curity_configuration, dcr_enablement, portal_binding, application, smoke_test)
TASKS: Mapping[str, StepTask] = {task.name: task for stage in STAGES for task in stage.TASKS}


@dataclass(frozen=True, slots=True)
class PrefectExecution:
    """Each attempt is a task run, which Prefect repeats where that may help."""

    sleep: Sleep = time.sleep

    def observe(self, look: Look) -> Observation:
        return preflight.preflight(look)

    def attempt(self, entry: Entry, item: Item, attempt: Attempt, *, removes: bool = False) -> Outcome:
        task = TASKS[entry.name]
        if removes:
            task = task.with_options(task_run_name=f"remove {entry.name} {item}".rstrip())
        return task(attempt, item)


@contextmanager
def begin(tenant: Tenant | None, take: Iterable[str] = ()) -> Iterator[Run]:
    """One run for a tenant, or for the platform's own part. Whatever ends it, its report is published; a suspended run has not ended.

    Args:
        take: paths of foreign things that it may take over.

    Raises:
        Problems: the platform's file is faulty, or its policy does not allow the tenant.
        Refused: an automation has started the run again too often.
    """
    refuse_second_restart()
    platform = accept(tenant)
    ctx = replace(context_of(platform, tenant), request=request_of_run())
    run = Run(ctx, label_run(platform, tenant), PrefectExecution(), Mandate(take=frozenset(take)))
    with published(run):
        yield run


@contextmanager
def published(run: Run) -> Iterator[None]:
    """Whatever ends the block, the run's report is published; a suspended run has not ended."""
    try:
        with run.reporting():
            yield
    except Pause:
        raise
    except BaseException:
        with suppress(Exception):  # what ends the run matters more than why its report could not be kept
            publish_report(run.report())
        raise
    publish_report(run.report())
