"""A probe as a person reads it in a terminal."""

from __future__ import annotations

from dcr.probe.display import Probed
from dcr.rendering.lines import BAD, FAINT, GOOD, HEADING, Line, columns, heading, indented


def probe_lines(probed: Probed) -> list[Line]:
    """What is missing first, then versions, the facts that were told, and those that were not."""
    told = [(fact.id, fact.reading, fact.how) for fact in probed.facts if fact.reading is not None]
    untold = [(fact.id, fact.how) for fact in probed.facts if fact.reading is None]
    lines = [Line(f"Probe of platform {probed.platform}", HEADING)]
    lines += heading("Missing") + indented(probed.missing, BAD) if probed.missing else []
    lines += heading("Versions") + indented(columns([*probed.versions.items()])) if probed.versions else []
    lines += heading("Told by reading") + indented(columns(told), GOOD) if told else []
    lines += heading("Not told") + indented(columns(untold), FAINT) if untold else []
    return [*lines, Line(""), Line(f"{len(told)} of {len(probed.facts)} open facts told.", HEADING)]
