"""Making and reading XML elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree


def new_element(tag: str, prefixes: Mapping[str, str] | None = None) -> etree._Element:
    """An element whose namespace is the default one, as in exports.

    Args:
        tag: `{namespace}name`.
        prefixes: further namespaces by prefix, for a text that uses them.
    """
    nsmap: Any = {None: etree.QName(tag).namespace, **(prefixes or {})}
    return etree.Element(tag, nsmap=nsmap)


def parse_document(text: bytes, *, comments: bool) -> etree._Element:
    """The root element of a document; entities are not resolved and nothing is fetched.

    Args:
        text: the document.
        comments: whether comments, processing instructions and CDATA sections are kept.

    Raises:
        ValueError: it is not well-formed, or has a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=not comments, remove_pis=not comments, strip_cdata=not comments
    )
    try:
        element = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(error.msg) from None
    if element.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs take docinfo for optional
        raise ValueError("a document type is not allowed")
    return element
