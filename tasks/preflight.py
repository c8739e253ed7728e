"""Stage 1: every stage's read and diff, and what must be there; nothing is written. It runs at every attempt."""

from __future__ import annotations

import time

from prefect import task
from prefect.cache_policies import NO_CACHE

from dcr.engine.observe import Look, look
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.steps import table as steps
from tasks.context import run_of
from tasks.step_task import step_task

tenant_record = step_task(steps.TENANT_RECORD, timeout_seconds=120, description="Keeps the accepted tenant in Vault, without secrets.")
TASKS = (tenant_record,)


@task(
    name="preflight",
    task_run_name="preflight",
    description="Reads everything, writes nothing: what is missing, what would change, what stands in the way.",
    tags=["preflight"],
    timeout_seconds=600,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def preflight(platform: Platform, tenant: Tenant | None) -> Look:
    """Retries are inside, call by call, so that a passing failure of one system does not repeat the look at all others."""
    return look(run_of(platform, tenant, write=False), sleep=time.sleep)
