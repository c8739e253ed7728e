"""One artifact a tenant under a stable key: what was found, what changed, where the secrets are, what the smoke test saw."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact

from dcr.rendering.markdown import plan_as_markdown, report_as_markdown
from dcr.results.plan import Plan
from dcr.results.report import Report


def artifact_key(report: Report) -> str:
    """Stable for a tenant, so that its history stands on one page."""
    return f"tenant-{report.tenant}" if report.tenant else f"platform-{report.platform}"


def plan_key(plan: Plan) -> str:
    """Another page: what would be is not what was."""
    return f"plan-{plan.tenant}" if plan.tenant else f"plan-platform-{plan.platform}"


def publish_report(report: Report) -> None:
    """Write the report as a new version of the tenant's artifact; also of a run that failed."""
    create_markdown_artifact(
        markdown=report_as_markdown(report), key=artifact_key(report), description=f"Last run: {report.verdict.value}, {report.started_at}"
    )


def publish_plan(plan: Plan) -> None:
    """Write the plan as a new version of the artifact of its tenant's, or its platform's, plans."""
    create_markdown_artifact(markdown=plan_as_markdown(plan), key=plan_key(plan), description=plan.summary())
