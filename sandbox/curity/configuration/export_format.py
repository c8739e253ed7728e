"""Reading and writing exports so that what was not edited comes back as it came.

What an XML parser forgets is kept beside the tree: the text before and after the root, which empty elements were written
`<x></x>`, and that ConfD writes `>` as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from sandbox.curity.configuration.elements import parse_document

ROOT = "{http://tail-f.com/ns/config/1.0}config"
_TAGS = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<open>[^\s/>!?]+)[^<>]*?(?P<closed>/?)>(?P<pair></(?P=open)\s*>)?", re.DOTALL
)
_CLOSING = re.compile(r"</[^<>]*>|/>")


class NoExport(ValueError):
    """The file is no configuration export."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export as read."""

    root: etree._Element
    before: str
    """What stands before the root: declaration, comments."""
    after: str
    bare_greater_than: bool
    """Whether text has `>` as it is and not `&gt;`."""

    def write(self, root: etree._Element) -> str:
        """A tree made from this one, as XML."""
        text = etree.tostring(root, encoding="unicode", with_tail=False)
        if self.bare_greater_than and "]]&gt;" not in text:
            text = text.replace("&gt;", ">")
        return self.before + text + self.after


def read_export(content: bytes) -> Export:
    """Read an export.

    Raises:
        NoExport: no well-formed XML in UTF-8, or its root is not `config` in ConfD's namespace.

    Source: docs/vendors/curity.md, Configuration tree, Configuration files.
    """
    try:
        root, text = parse_document(content, comments=True), content.decode()
    except ValueError as error:
        raise NoExport(str(error)) from None
    if root.tag != ROOT:
        raise NoExport(f"the root element is {root.tag}, not {ROOT}")
    tags = [found for found in _TAGS.finditer(text) if found["open"]]
    _keep_pairs(root, tags)
    end = max(found.end() for found in _CLOSING.finditer(text))
    return Export(root, text[: tags[0].start()], text[end:], "&gt;" not in text)


def _keep_pairs(root: etree._Element, tags: list[re.Match[str]]) -> None:
    """Give elements that were written `<x></x>` an empty text, which lxml writes the same way."""
    written_empty = [found for found in tags if found["closed"] or found["pair"]]
    empty = [element for element in root.iter("*") if element.text is None and not len(element)]
    if len(written_empty) == len(empty):
        for element, tag in zip(empty, written_empty, strict=True):
            element.text = "" if tag["pair"] else None
