"""One tenant's check: what has drifted, and whether its credentials still work. A broken tenant is a finding, not an error."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from dcr.engine.run import InThisProcess, Run
from dcr.errors import DcrError
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Stage
from dcr.results.report import Report, Verdict
from tasks.accepting import accepted_tenant
from tasks.context import context_of
from tasks.reporting import publish_report

CLEAN, DRIFTED, SMOKE_TEST_FAILED = "Clean", "Drifted", "SmokeTestFailed"


@dataclass(frozen=True, slots=True)
class TenantFinding:
    """What a check says of one tenant."""

    slug: str
    verdict: Verdict
    words: str
    drifted: bool = False

    @property
    def failed(self) -> str:
        """Name of the state of a check that found something plainly false."""
        return DRIFTED if self.drifted else SMOKE_TEST_FAILED


def smoke_tested(platform: Platform, tenant: Tenant, *, drift: bool) -> Report:
    """Observe and smoke-test one tenant.

    Args:
        drift: also judge whether everything is as accepted; the report then has what differs as changes.
    """
    run = Run(context_of(platform, tenant), f"check of {tenant.slug}", InThisProcess())
    with run.reporting():
        run.look(drift=drift)
        run.prove(Stage.SMOKE_TEST)
    return run.report()


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
        report = smoke_tested(platform, accepted_tenant(platform, slug), drift=True)
    except DcrError as error:
        return TenantFinding(slug, Verdict.UNKNOWN, str(error))
    publish_report(report)
    finding = finding_of(slug, report)
    if finding.verdict is Verdict.FAILED:
        _tell(platform, report, finding)
    return finding


def checked(platform: Platform, slug: str) -> TenantFinding:
    """The same, where even a check that ran out of time, or broke, is a finding and keeps no other tenant from being checked."""
    state = check_tenant.with_options(task_run_name=f"check {slug}")(platform, slug, return_state=True)
    if state.is_completed():
        finding: TenantFinding = state.result()
        return finding
    return TenantFinding(slug, Verdict.UNKNOWN, f"the check itself ended {state.name}")


def finding_of(slug: str, report: Report) -> TenantFinding:
    """The report's verdict, in words that name what is wrong."""
    if report.changes:
        failing = [claim.what for claim in report.claims if claim.stage is Stage.SMOKE_TEST and claim.verdict is Verdict.FAILED]
        return TenantFinding(slug, report.verdict, ", ".join([*(change.path for change in report.changes), *failing]), drifted=True)
    return TenantFinding(slug, report.verdict, "as accepted" if report.verdict is Verdict.OK else report.summary)


def _tell(platform: Platform, report: Report, finding: TenantFinding) -> None:
    """References only: what the values are stands in the artifact, for those who may read it."""
    emit_event(
        event="dcr.tenant.drifted",
        resource={"prefect.resource.id": f"dcr.tenant.{report.tenant}", "prefect.resource.name": report.tenant},
        payload={"platform": platform.name, "finding": finding.failed, "paths": [change.path for change in report.changes]},
    )
