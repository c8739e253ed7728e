"""XPath of the YANG modules, made ready for lxml.

yangson writes every name with its module as prefix, so modules are the prefixes here; literals keep the prefix they were written with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from sandbox.curity.configuration.schema import Module

_ABSOLUTE = re.compile(r"(?<![\w*\]\)./:-])/(?=[\w-]+:)")


def compile_xpath(expression: str, modules: Iterable[Module]) -> etree.XPath:
    """Compile a YANG XPath. The root of the datastore is the document's root element, and `current()` is `$current`."""
    known = tuple(modules)
    text = _ABSOLUTE.sub("/*/", expression).replace("current()", "$current")
    return etree.XPath(
        text,
        namespaces={module.name: module.namespace for module in known},
        extensions={(None, "derived-from-or-self"): _derived_from_or_self(known)},
    )


def nodes(xpath: etree.XPath, context: etree._Element) -> list[etree._Element]:
    """The elements that a path finds."""
    found = xpath(context)
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


def _derived_from_or_self(modules: tuple[Module, ...]) -> Any:
    """RFC 7950 section 10.4.2, for identities that nothing is derived from: of the profile types that is so."""
    namespaces = {prefix: module.namespace for module in modules for prefix in (module.name, module.prefix)}

    def function(_context: object, found: list[etree._Element], identity: str) -> bool:
        prefix, _, name = identity.partition(":")
        wanted = (namespaces[prefix], name)
        return any(_identity(node) == wanted for node in found)

    return function


def _identity(node: etree._Element) -> tuple[str | None, str]:
    prefix, colon, name = (node.text or "").rpartition(":")
    return node.nsmap.get(prefix if colon else None), name
