"""Which open facts the vendors' pages name, heading by heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sandbox.readings import Fact
from tests.test_sources import cited, sections

FACT = re.compile(r"`((?:curity|konnect|portal|gateway)\.[a-z][a-z0-9-]*)`")
NO_FACTS = {"curity.some-name"}  # how a mark is written, among the marks


def named_points() -> set[str]:
    """Every fact that a page names."""
    found = {fact for page in sections().values() for text in page.values() for fact in FACT.findall(text)}
    return found - NO_FACTS


def places(fact: Fact) -> Iterator[tuple[str, str, str]]:
    """The pages and headings that a fact gives as its source, with their texts."""
    pages: Mapping[str, Mapping[str, str]] = sections()
    for page, headings in cited(fact.source):
        for heading in headings:
            yield page, heading, pages[page][heading]
