"""One tenant's check: what has drifted, and whether its credentials still work. A broken tenant is a finding, not an error."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from dcr.engine.observe import Look, look
from dcr.engine.onboarding import InThisProcess
from dcr.engine.record import Record
from dcr.errors import DcrError, Problem
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Stage
from dcr.results.report import Claim, Report, Verdict
from dcr.steps.table import SMOKE_TEST
from tasks.accepting import accepted_tenant
from tasks.context import run_of
from tasks.reporting import publish_report

CLEAN, DRIFTED, SMOKE_TEST_FAILED, UNKNOWN = "Clean", "Drifted", "SmokeTestFailed", "Unknown"


@dataclass(frozen=True, slots=True)
class TenantFinding:
    """What a check says of one tenant."""

    slug: str
    state: str
    words: str


def smoke_tested(platform: Platform, tenant: Tenant) -> Report:
    """Look and smoke-test one tenant; the report says what has drifted as changes, and what works as claims."""
    run = run_of(platform, tenant, write=False)
    record = Record(platform, tenant, f"check of {tenant.slug}")
    try:
        with record.stage(Stage.PREFLIGHT):
            found = look(run, sleep=time.sleep)
            _keep(record, found)
        engine = InThisProcess(replace(run, write=True))
        with record.stage(Stage.SMOKE_TEST):
            for item in SMOKE_TEST.items(tenant):
                record.keep(engine.perform(SMOKE_TEST, item, found.facts), written=True)
    except DcrError as error:
        record.error = str(error)
    return record.report()


def _keep(record: Record, found: Look) -> None:
    for outcome in found.outcomes:
        record.keep(outcome, written=True)  # as drift: what would have to be written
    # What cannot be read is not known to have drifted.
    record.claims += [_unknown(problem) for problem in found.problems]


def _unknown(problem: Problem) -> Claim:
    return Claim(
        stage=Stage.PREFLIGHT, what=f"{problem.field} is as accepted", verdict=Verdict.UNKNOWN, detail=f"{problem.fault}. {problem.remedy}"
    )


@task(
    name="check tenant",
    description="Plan and smoke test of one tenant.",
    tags=["check"],
    timeout_seconds=900,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def check_tenant(platform: Platform, slug: str) -> TenantFinding:
    """Check one tenant and publish what was found; emits `dcr.tenant.drifted` where it is no longer what was accepted, or fails."""
    try:
        report = smoke_tested(platform, accepted_tenant(platform, slug))
    except DcrError as error:
        return TenantFinding(slug, UNKNOWN, str(error))
    publish_report(report)
    finding = finding_of(slug, report)
    if finding.state in (DRIFTED, SMOKE_TEST_FAILED):
        _tell(platform, report, finding)
    return finding


def checked(platform: Platform, slug: str) -> TenantFinding:
    """The same, where even a check that ran out of time, or broke, is a finding and keeps no other tenant from being checked."""
    state = check_tenant.with_options(task_run_name=f"check {slug}")(platform, slug, return_state=True)
    if state.is_completed():
        finding: TenantFinding = state.result()
        return finding
    return TenantFinding(slug, UNKNOWN, f"the check itself ended {state.name}")


def finding_of(slug: str, report: Report) -> TenantFinding:
    """The worst of what a report shows, in words that name it."""
    failing = [claim.what for claim in report.claims if claim.verdict is Verdict.FAILED]
    unknown = [f"{claim.what}: {claim.detail}" for claim in report.claims if claim.verdict is Verdict.UNKNOWN]
    drifted = [change.path for change in report.changes]
    words = ", ".join([*drifted, *failing])
    if drifted:
        return TenantFinding(slug, DRIFTED, words)
    if failing:
        return TenantFinding(slug, SMOKE_TEST_FAILED, words)
    if report.error or unknown:
        return TenantFinding(slug, UNKNOWN, report.error or "; ".join(unknown))
    return TenantFinding(slug, CLEAN, "as accepted")


def _tell(platform: Platform, report: Report, finding: TenantFinding) -> None:
    """References only: what the values are stands in the artifact, for those who may read it."""
    emit_event(
        event="dcr.tenant.drifted",
        resource={"prefect.resource.id": f"dcr.tenant.{report.tenant}", "prefect.resource.name": report.tenant},
        payload={"platform": platform.name, "finding": finding.state, "paths": [change.path for change in report.changes]},
    )
