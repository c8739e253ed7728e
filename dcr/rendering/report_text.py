"""A report as a person reads it in a terminal."""

from __future__ import annotations

from dcr.model.violations import printable
from dcr.rendering.lines import BAD, FAINT, HEADING, NOTE, VERDICT_STYLES, Line, change_lines, columns, heading, indented
from dcr.results.evidence import Evidence
from dcr.results.report import Claim, Orphan, Report, SystemRequests

COUNTED_APART = ("vault", "smoke test")  # the promise of few requests is about Curity, Konnect and the portal


def report_lines(report: Report) -> list[Line]:
    """What was done and seen, in the order in which a reader asks: how it ended, why, what changed, what is proven, what is left."""
    lines = [Line(f"{subject(report)}: {report.verdict}", VERDICT_STYLES[report.verdict]), *_origin(report)]
    lines += heading("Error") + _error(report.error) if report.error else []
    lines += heading("Stages") + _stages(report)
    lines += heading("Changes") + change_lines(report.changes)
    lines += heading("Claims") + [line for claim in report.claims for line in _claim(claim)] if report.claims else []
    lines += heading("Kept in Vault") + indented(report.vault_paths) if report.vault_paths else []
    lines += heading("Left behind") + [line for left in report.orphans for line in _orphan(left)] if report.orphans else []
    lines += heading("Warnings") + indented(report.warnings, NOTE) if report.warnings else []
    return [*lines, *_requests(report)]


def subject(report: Report) -> str:
    """What the run was for."""
    return f"Tenant {report.tenant} on platform {report.platform}" if report.tenant else f"Platform {report.platform}"


def _origin(report: Report) -> list[Line]:
    approved = str(report.approval) if report.approval else ""
    facts = [("run", report.run), ("asked for by", report.requested_by), ("ticket", report.ticket), ("approved", approved)]
    facts.append(("started", report.started_at))
    return indented(columns([fact for fact in facts if fact[1]]))


def _error(error: str) -> list[Line]:
    return [line for part in error.splitlines() for line in indented([part], BAD)]


def _stages(report: Report) -> list[Line]:
    rows = [(stage.verdict, stage.stage, f"{stage.milliseconds / 1000:.2f} s", stage.summary) for stage in report.stages]
    styles = [VERDICT_STYLES[stage.verdict] for stage in report.stages]
    return [Line(f"  {text}", style) for text, style in zip(columns(rows) if rows else [], styles, strict=True)]


def _claim(claim: Claim) -> list[Line]:
    lines = [Line(f"  {claim.verdict:<8} {printable(claim.what)}", VERDICT_STYLES[claim.verdict])]
    lines += [Line(f"           {printable(claim.detail)}", NOTE)] if claim.detail else []
    return lines + ([Line(f"           {printable(shown_by(claim.evidence))}", FAINT)] if claim.evidence else [])


def shown_by(evidence: Evidence) -> str:
    """The call that showed it, its answer, and when."""
    answer = f"{evidence.status}" if evidence.status is not None else "no answer"
    request = f", request {evidence.request_id}" if evidence.request_id else ""
    return f"{evidence.call} -> {answer}, {evidence.milliseconds} ms, {evidence.at}{request}"


def _orphan(left: Orphan) -> list[Line]:
    return [*indented([f"{left.system}: {left.what}, since {left.since}"], NOTE), *indented([f"  {left.remedy}"])]


def _requests(report: Report) -> list[Line]:
    asked = [row for row in report.requests if row.reads + row.writes]
    if not asked:
        return []
    rows = [("", "reads", "writes"), *((row.system, str(row.reads), str(row.writes)) for row in asked)]
    return [*heading("Requests"), *indented(columns(rows)), Line(f"  {together(report.requests)}", HEADING)]


def together(requests: tuple[SystemRequests, ...]) -> str:
    """The sum of what the promise of few requests is about."""
    total = sum(row.reads + row.writes for row in requests if row.system not in COUNTED_APART)
    apart = "; ".join(f"{row.system}: {row.reads + row.writes}" for row in requests if row.system in COUNTED_APART)
    return f"Curity, Konnect and portal together: {total}" + (f" ({apart})" if apart else "")
