"""Whether the page that a fact names as its source has the place that it names."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = re.compile(r"(?P<page>[\w./-]+\.md)")
PLACES = (
    (re.compile(r"^row (\w+)$"), r"^\| {0} \|"),
    (re.compile(r"^\(([a-z])\)$"), r"\({0}\)"),
    (re.compile(r"^\(([\w-]+)\)$"), r"{0}"),
    (re.compile(r"^P(\d+)$"), r"\bP{0} "),
    (re.compile(r"^quirk (\d+)$"), r"(?im)(^|\s|\*){0}[.)]|quirk {0}"),
)
SECTION = re.compile(r"^(?P<section>\d+(\.\d+)?)(?P<rest>.*)$")


def missing_places(source: str, reference: Path) -> list[str]:
    """Which parts of a source are not there; RFCs are taken on trust."""
    found, text, page = [], "", ""
    for part in re.split(r"[;,]| and ", source):
        rest = part.strip()
        named = PAGE.match(rest)
        if named:
            page, rest = named["page"], rest.removeprefix(named["page"]).strip()
            text = (reference / page).read_text() if (reference / page).is_file() else ""
        elif rest.startswith("RFC"):
            continue
        if not _has(text, rest, reference):
            found.append(f"{page} {rest}".strip())
    return found


def _has(text: str, place: str, reference: Path) -> bool:
    if re.fullmatch(r"[a-z][a-z0-9-]+-v\d", place):  # one of the vendor's documents
        return any((reference / "konnect").glob(f"{place}.*"))
    section = SECTION.match(place)
    if section:
        inside = section_of(text, section["section"])
        return bool(inside) and _has_all(inside, section["rest"].strip())
    return bool(text) and _has_all(text, place)


def _has_all(text: str, place: str) -> bool:
    for pattern, wanted in PLACES:
        match = pattern.match(place)
        if match:
            return re.search(wanted.format(match[1]), text, re.MULTILINE) is not None
    return place == ""


def section_of(text: str, number: str) -> str:
    """A section by its heading, or one numbered point of it: `6.6` may be the sixth point of section 6."""
    heading = re.search(rf"^#+ {re.escape(number)}[ .].*?(?=^#+ \d|\Z)", text, re.MULTILINE | re.DOTALL)
    if heading or "." not in number:
        return heading[0] if heading else ""
    whole, point = number.split(".")
    inside = section_of(text, whole)
    match = re.search(rf"(?:^|\s){point}\. .*?(?=(?:^|\s){int(point) + 1}\. |\Z)", inside, re.MULTILINE | re.DOTALL)
    return match[0] if match else ""
