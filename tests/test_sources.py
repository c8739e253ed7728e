"""Every fact about a vendor has a source that is there: a heading of a page in docs/vendors.

A citation is the path of a page, a comma, a heading; further headings of that page follow after commas: `<path>, Paths, Values`. It stands
in one line; another page begins anew with its path. A heading begins with a capital letter and holds letters, digits, blanks and hyphens;
any other character ends it. A path without a heading may stand in Markdown only, as a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "vendors"
KINDS = {".py", ".toml", ".hcl", ".yaml", ".yang", ".json", ".md", ""}
HEADING = re.compile(r"[A-Z][A-Za-z0-9 -]*")
CITATION = re.compile(r"docs/vendors/(?P<page>[\w-]+\.md)(?P<headings>(?:, [A-Za-z0-9 -]+)*)")
# The collection that the pages were made from, which no clone has: by its folder, or by number of a section.
OLD = re.compile(r"\breference/(?:[\w-]+\.md|curity/|konnect/|vault/)|(?<![/\w])(?:curity|konnect|vault|prefect|how-to)\.md \d")


@cache
def sections() -> dict[str, dict[str, str]]:
    """The text below each heading of each page."""
    parts = {file.name: re.split(r"(?m)^## (.+)\n", file.read_text(encoding="utf-8")) for file in sorted(PAGES.glob("*.md"))}
    return {page: dict(zip(part[1::2], part[2::2], strict=True)) for page, part in parts.items()}


def cited(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The pages that a text cites, each with its headings."""
    for match in CITATION.finditer(text):
        yield match["page"], tuple(heading.strip() for heading in match["headings"].split(", ")[1:])


def faults(text: str, markdown: bool = False) -> list[str]:
    """Citations that lead nowhere."""
    found = [f"{page}, {heading}" for page, some in cited(text) for heading in some if heading not in sections().get(page, {})]
    found += [page for page, some in cited(text) if not some and not (markdown and page in sections())]
    return found + OLD.findall(text)


def files() -> Iterator[Path]:
    """Everything that people write, but this file, which has to name what is wrong."""
    for top in ROOT.iterdir():
        if not top.name.startswith(".") or top.name == ".ci":
            yield from (file for file in (top.rglob("*") if top.is_dir() else [top]) if file.suffix in KINDS and file.is_file())


def test_every_citation_leads_to_a_heading() -> None:
    texts = {file: file.read_text(encoding="utf-8", errors="replace") for file in files() if file != Path(__file__)}
    wrong = {str(file.relative_to(ROOT)): faults(text, file.suffix == ".md") for file, text in texts.items()}
    assert {name: found for name, found in wrong.items() if found} == {}
    assert sum(1 for text in texts.values() for _ in cited(text)) > 100, "nothing was looked at"


@pytest.mark.parametrize("page", sections())
def test_the_headings_of_a_page_can_be_cited(page: str) -> None:
    headings = re.findall(r"(?m)^#{2,} (.+)$", (PAGES / page).read_text(encoding="utf-8"))
    assert headings
    assert [heading for heading in headings if not HEADING.fullmatch(heading)] == []
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize(
    "text",
    [
        "Source: docs/vendors/curity.md, No such heading.",
        "Source: docs/vendors/konnect.md, Labels, No such heading.",
        "Source: docs/vendors/konnect.md, Labels and Errors.",
        "Source: docs/vendors/konnect.md, Labels, and more.",
        "Source: docs/vendors/none.md, Labels.",
        "Source: docs/vendors/konnect.md.",
        "Source: docs/vendors/konnect.md, Registration at\nthe identity provider.",
        "Source: reference/konnect.md section 1.",
        "the bad ones of reference/curity/samples",
        'source = "curity.md 4.2"',
    ],
)
def test_a_wrong_citation_is_found(text: str) -> None:
    assert faults(text) != []


def test_right_citations_are_taken() -> None:
    assert faults("Source: docs/vendors/curity.md, Registration, Metadata; docs/vendors/vault.md, Paths: more (RFC 7591 section 2).") == []
