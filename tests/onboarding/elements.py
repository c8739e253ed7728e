"""A Curity export as a set of elements, each named by its path with list keys, so that two exports can be compared element by element."""

from __future__ import annotations

from lxml import etree

KEYS = ("id", "key")
Elements = frozenset[tuple[str, str]]
"""Path and text. A container is there by its path alone."""


def elements(document: bytes) -> Elements:
    """Every element of an export, or of a RESTCONF body, below its root."""
    root = etree.fromstring(document, etree.XMLParser(remove_comments=True))
    return frozenset(found for child in root for found in _below("", child))


def _below(path: str, element: etree._Element) -> list[tuple[str, str]]:
    here = f"{path}/{_name(element)}"
    found = [(here, (element.text or "").strip())]
    for child in element:
        found += _below(here, child)
    return found


def _name(element: etree._Element) -> str:
    """With its namespace only where it is the vendor's oauth one: base is everywhere else."""
    name = etree.QName(element)
    key = next((child.text for child in element if etree.QName(child).localname in KEYS), None)
    prefix = "as:" if (name.namespace or "").endswith("profile/oauth") else ""
    return f"{prefix}{name.localname}" + (f"[{key}]" if key else "")
