"""The points that the reference leaves open, and which of them the facts name. None may be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sandbox.readings import Fact
from tests.readings.sources import section_of

# Open, and yet no reading: why, and what is ready for either.
NO_READING = {
    "curity.md 6.6 (h)": "the path is the endpoint's own leaf `uri`: written, or taken as it is (tests/onboarding/test_exports.py)",
    "curity.md 7 row 9": "only files of several people show it; the fragment has that line alone and says so (docs/render.md)",
    "konnect.md 13.6": "429 with and without Retry-After is made by the fault proxy, in front of any system (sandbox/faults.py)",
}


def open_points(reference: Path) -> set[str]:
    """Every point of curity.md 6.6 and 7, and of konnect.md 13, named as sources name it."""
    curity, konnect = ((reference / name).read_text() for name in ("curity.md", "konnect.md"))
    not_confirmed = section_of(konnect, "13").partition("\n")[2]
    return {
        *(f"curity.md 6.6 ({letter})" for letter in re.findall(r"\((\w)\)", section_of(curity, "6.6"))),
        *(f"curity.md 7 row {row}" for row in re.findall(r"(?m)^\| (\d+) \|", section_of(curity, "7"))),
        *(f"konnect.md 13.{number}" for number in re.findall(r"(?:^|\s)(\d+)\. ", not_confirmed)),
    }


def named_points(facts: Iterable[Fact]) -> set[str]:
    """Those that facts give as their source."""
    found: set[str] = set()
    for source in (fact.source for fact in facts):
        letters = source.partition("6.6")[2].partition(", 7")[0]
        found |= {f"curity.md 6.6 ({letter})" for letter in re.findall(r"\((\w)\)", letters)}
        found |= {f"curity.md 7 row {row}" for row in re.findall(r"7 row (\d+)", source)}
        found |= {f"konnect.md 13.{number}" for number in re.findall(r"\b13\.(\d+)", source)}
    return found
