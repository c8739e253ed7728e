"""The engine that lets Prefect perform the steps."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.engine.observe import Look
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.outcome import Facts, Outcome
from dcr.steps.table import Step
from tasks import application, curity_configuration, dcr_enablement, portal_binding, preflight, smoke_test

TASKS = {
    task.name: task
    for stage in (preflight, curity_configuration, dcr_enablement, portal_binding, application, smoke_test)
    for task in stage.TASKS
}


@dataclass(frozen=True, slots=True)
class PrefectEngine:
    """Each step is a task run; arguments are ids and wishes, never a secret."""

    platform: Platform
    tenant: Tenant | None

    def look(self) -> Look:
        return preflight.preflight(self.platform, self.tenant)

    def perform(self, step: Step, item: str, facts: Facts) -> Outcome:
        outcome: Outcome = TASKS[step.name](self.platform, self.tenant, dict(facts), item)
        return outcome
