"""Plans and reports as Markdown, for the artifact in Prefect's dashboard.

Names and messages come from other systems: outside code spans everything that Markdown or HTML would act on is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dcr.errors import Problem
from dcr.model.violations import printable
from dcr.rendering.lines import safe
from dcr.rendering.plan_text import verdict
from dcr.rendering.report_text import subject, together
from dcr.results.changes import Change, Scope
from dcr.results.plan import Plan
from dcr.results.report import Claim, Orphan, Report

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")


def report_as_markdown(report: Report) -> str:
    """One run for one tenant, or for the platform alone."""
    origin = [f"Run {escaped(report.run)}", f"started {report.started_at}"]
    origin += [f"asked for by {escaped(report.requested_by)}"] if report.requested_by else []
    origin += [f"ticket {escaped(report.ticket)}"] if report.ticket else []
    origin += [f"approved {escaped(str(report.approval))}"] if report.approval else []
    return document(
        f"# {escaped(subject(report))}: {report.verdict}",
        f"{', '.join(origin)}.",
        section("Error", [_quoted(report.error)] if report.error else []),
        section("Stages", table(("Stage", "Verdict", "", "Seconds"), _stage_rows(report))),
        section("Changes", _changes(report.changes)),
        section("Claims", table(("Verdict", "Claim", "Call", "Status", "When", "ms", "Request id"), map(_claim, report.claims))),
        section("Kept in Vault", [f"- {code(path)}" for path in report.vault_paths]),
        section("Left behind", map(_orphan, report.orphans)),
        section("Warnings", [f"- {escaped(warning)}" for warning in report.warnings]),
        section("Requests", _requests(report)),
    )


def plan_as_markdown(plan: Plan) -> str:
    """What a run would do, and what stands against it."""
    whose = f"tenant {plan.tenant}" if plan.tenant else "the platform's own part"
    return document(
        f"# Plan for {escaped(whose)} on platform {escaped(plan.platform)}",
        escaped(verdict(plan)),
        section("Problems: people have to fix these first", map(_problem, plan.problems)),
        section("Changes, in the order of writing", _changes(plan.changes)),
        section("The platform's policy stops this before the first write", map(_problem, plan.stops)),
        section("Warnings", [f"- {escaped(warning)}" for warning in plan.warnings]),
        section("Left behind by earlier runs", map(_orphan, plan.orphans)),
    )


def escaped(text: str) -> str:
    """Text that stands as it is."""
    return _ACTIVE.sub(r"\\\1", printable(text))


def code(text: str) -> str:
    """A code span, with a fence longer than any inside; a bar would end a table's cell."""
    inside = printable(text).replace("|", "\\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", inside)), default=0))
    pad = " " if inside.startswith("`") or inside.endswith("`") else ""
    return f"{fence}{pad}{inside}{pad}{fence}" if inside else ""


def document(*parts: str) -> str:
    """Parts with an empty line between them; empty ones are left out."""
    return "\n\n".join(filter(None, parts)) + "\n"


def section(title: str, lines: Iterable[str]) -> str:
    """A heading and its lines; nothing if there are none."""
    body = "\n".join(lines)
    return f"## {title}\n\n{body}" if body else ""


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table whose cells are escaped already; none if it has no row."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}", *lines] if lines else []


def _quoted(text: str) -> str:
    return "\n".join(f"> {escaped(line)}  " for line in text.splitlines())


def _stage_rows(report: Report) -> Iterable[Sequence[str]]:
    return [(stage.stage, stage.verdict, escaped(stage.summary), f"{stage.milliseconds / 1000:.2f}") for stage in report.stages]


def _changes(changes: Sequence[Change]) -> list[str]:
    lines: list[str] = []
    stage = None
    for change in map(safe, changes):
        lines += [f"- **{change.stage}**"] if change.stage is not stage else []
        stage = change.stage
        lines += _change(change)
    return lines or ["No changes."]


def _change(change: Change) -> list[str]:
    first = str(change).partition("\n")[0]
    lines = [f"  - {code(first)}" + (" (platform)" if change.scope is Scope.PLATFORM else "")]
    lines += [f"    - **{change.standing}**: {escaped(change.conflict)}"] if change.conflict else []
    lines += [f"    - affects others: {escaped(change.impact)}"] if change.impact else []
    return lines + ([f"    - **removes**: {escaped(change.removes)}"] if change.removes else [])


def _problem(problem: Problem) -> str:
    return f"- {code(problem.field)}: {escaped(problem.fault)}. {escaped(problem.remedy)}"


def _claim(claim: Claim) -> Sequence[str]:
    what = escaped(claim.what) + (f" ({escaped(claim.detail)})" if claim.detail else "")
    seen = claim.evidence
    if seen is None:
        return (f"**{claim.verdict}**", what, "", "", "", "", "")
    status = "no answer" if seen.status is None else str(seen.status)
    return (f"**{claim.verdict}**", what, code(seen.call), status, seen.at, str(seen.milliseconds), code(seen.request_id))


def _orphan(left: Orphan) -> str:
    return f"- {escaped(left.system)}: {escaped(left.what)}, since {escaped(left.since)}. {escaped(left.remedy)}"


def _requests(report: Report) -> list[str]:
    rows = [(escaped(row.system), str(row.reads), str(row.writes)) for row in report.requests if row.reads + row.writes]
    return [*table(("System", "Reads", "Writes"), rows), "", f"{together(report.requests)}."] if rows else []
