"""A diagnosis as a person reads it in a terminal."""

from __future__ import annotations

from dcr.diagnosis.finding import Diagnosis, Finding
from dcr.model.violations import printable
from dcr.rendering.lines import BAD, FAINT, GOOD, HEADING, NOTE, VERDICT_STYLES, Line, heading, indented
from dcr.rendering.report_text import shown_by
from dcr.results.report import Verdict

INDENT = " " * 11


def diagnosis_lines(diagnosis: Diagnosis) -> list[Line]:
    """Every link in order, then what to fix first."""
    lines = [Line(f"Diagnosis of tenant {diagnosis.tenant} on platform {diagnosis.platform}", HEADING)]
    lines += [line for finding in diagnosis.findings for line in _finding(finding)]
    lines += heading("Notes") + indented(diagnosis.notes, FAINT)
    return [*lines, Line(""), _end(diagnosis)]


def _finding(finding: Finding) -> list[Line]:
    lines = [Line(f"  {finding.verdict:<8} {printable(finding.what)}", VERDICT_STYLES[finding.verdict])]
    lines += [Line(f"{INDENT}{printable(finding.said)}", FAINT if finding.verdict is Verdict.OK else NOTE)] if finding.said else []
    lines += [Line(f"{INDENT}-> {printable(finding.remedy)}", BAD)] if finding.remedy else []
    return lines + [Line(f"{INDENT}{printable(shown_by(call))}", FAINT) for call in finding.calls]


def _end(diagnosis: Diagnosis) -> Line:
    """The first failure comes first in the chain, so that it is the likeliest cause of the others."""
    first = next((finding for finding in diagnosis.findings if finding.verdict is Verdict.FAILED), None)
    if first:
        return Line(f"Begin with: {printable(first.what)}.", BAD)
    if diagnosis.all_well:
        return Line("Every link of the chain is well.", GOOD)
    return Line("Nothing failed, but not everything could be asked.", NOTE)
