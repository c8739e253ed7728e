"""What a GET shows of the configuration: depth, fields, content, defaults, and what the user may read.

Source: docs/vendors/curity.md, RESTCONF queries, Absent nodes; RFC 8040 section 4.8; RFC 6243 (defaults).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration import placement
from sandbox.curity.configuration.elements import new_element
from sandbox.curity.configuration.schema import Kind, SchemaNode
from sandbox.curity.restconf.access import denied
from sandbox.curity.restconf.fields import Fields, parse_fields

_UNBOUNDED = 65536
_PARAMETERS = frozenset({"content", "depth", "fields", "with-defaults"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a resource to show."""

    content: str
    depth: int
    fields: Fields | None
    defaults: str
    denied_reads: tuple[str, ...]
    hide_secrets: bool


def parse_selection(query: Mapping[str, str], readings: Mapping[str, str], denied_reads: list[str]) -> Selection:
    """Read a GET's query.

    Raises:
        Problem: a parameter that a GET does not have, or a value that it cannot have.
    """
    for name in query:
        if name not in _PARAMETERS:
            raise problems.query_parameter(name)
    return Selection(
        content=_one_of(query, "content", ("all", "config", "nonconfig")),
        depth=_depth(query.get("depth", "unbounded")),
        fields=parse_fields(query["fields"]) if "fields" in query else None,
        defaults=_one_of(query, "with-defaults", (readings["curity.defaults"], "report-all", "trim", "explicit")),
        denied_reads=tuple(denied_reads),
        hide_secrets=readings["curity.secret-readable"] == "hidden",
    )


def select(element: etree._Element, node: SchemaNode, selection: Selection) -> etree._Element:
    """A copy of an element that holds only what is selected."""
    copy = deepcopy(element)
    copy.tail = None
    _Selecting(selection).below(copy, node, 1, selection.fields)
    return copy


def _one_of(query: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    value = query.get(name, values[0])
    if value not in values:
        raise problems.query_value(name, value)
    return value


def _depth(text: str) -> int:
    if text == "unbounded":
        return _UNBOUNDED
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < _UNBOUNDED:
        raise problems.query_value("depth", text)
    return int(text)


class _Selecting:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def below(self, element: etree._Element, node: SchemaNode | None, depth: int, fields: Fields | None) -> None:
        """Cut the children of an element that stands at a depth; the target stands at 1."""
        if node is not None and self._selection.defaults == "report-all":
            _add_defaults(element, node)
        for child in list(element.iterchildren("*")):
            child_node = node.children.get(child.tag) if node else None
            wanted, below = _wanted(child, child_node, fields)
            if depth >= self._selection.depth or not wanted or self._hidden(child, child_node):
                placement.remove(child)
                continue
            self.below(child, child_node, depth + 1, below)
            if self._emptied(child, child_node):
                placement.remove(child)

    def _hidden(self, child: etree._Element, node: SchemaNode | None) -> bool:
        if node is None:
            return self._selection.content == "nonconfig"
        selection = self._selection
        secret = selection.hide_secrets and node.value is not None and node.value.is_secret
        default = selection.defaults == "trim" and node.default is not None and child.text == node.default
        return self._other_content(node) or secret or default or denied(node.path, selection.denied_reads)

    def _other_content(self, node: SchemaNode) -> bool:
        if self._selection.content == "nonconfig":
            return node.config and not node.inner
        return self._selection.content == "config" and not node.config

    def _emptied(self, child: etree._Element, node: SchemaNode | None) -> bool:
        """Whether only an empty shell is left of what was not wanted as operational state."""
        return self._selection.content == "nonconfig" and node is not None and node.inner and not len(child)


def _wanted(child: etree._Element, node: SchemaNode | None, fields: Fields | None) -> tuple[bool, Fields | None]:
    if fields is None:
        return True, None
    name = etree.QName(child).localname
    for wanted in (name, f"{node.module}:{name}" if node else name):
        if wanted in fields:
            return True, fields[wanted]
    return False, None


def _add_defaults(element: etree._Element, node: SchemaNode) -> None:
    """Add the leaves that are at their default, those in plain containers too; alternatives of a choice are left alone."""
    for child_node in node.children.values():
        absent = element.find(child_node.tag) is None
        if absent and child_node.choice is None and child_node.config and child_node.default is not None:
            leaf = new_element(child_node.tag)
            leaf.text = child_node.default
            placement.insert(element, node, leaf, lambda _: ())
        elif absent and child_node.kind is Kind.CONTAINER and any(one.default is not None for one in child_node.children.values()):
            placement.insert(element, node, new_element(child_node.tag), lambda _: ())
