"""Where a new element goes among its siblings, and the white space that makes it look as if it had been there.

ConfD prints nodes in schema order and list entries sorted by key, two spaces a level, `<x/>` for what has no children in the
schema and `<x>⏎</x>` for an empty container that could have some (docs/vendors/curity.md, Empty nodes). What stands in another
order in an export stays so: only the new element is placed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable

from lxml import etree

from sandbox.curity.configuration.schema import REPEATED, Kind, SchemaNode

_INDENT = "  "
Sorting = Callable[[etree._Element], tuple[str, ...]]


def insert(parent: etree._Element, parent_node: SchemaNode, child: etree._Element, sorting: Sorting) -> None:
    """Put a finished element in its place below its parent.

    Args:
        parent: the element that gets the child.
        parent_node: its schema node.
        child: the new element, its own children in place.
        sorting: the key by which entries of the child's list or leaf-list sort.
    """
    index = _index(parent, parent_node, child, sorting)
    parent.insert(index, child)
    _lay_out(parent, child, parent_node.children[child.tag])


def remove(child: etree._Element) -> None:
    """Take an element out with the white space that belongs to it."""
    parent = child.getparent()
    if parent is None:
        return
    previous = child.getprevious()
    if child.getnext() is None and previous is not None:
        previous.tail = child.tail
    elif child.getnext() is None:
        parent.text = child.tail
    parent.remove(child)


def _index(parent: etree._Element, parent_node: SchemaNode, child: etree._Element, sorting: Sorting) -> int:
    node = parent_node.children[child.tag]
    if node.tag in _keys(parent_node):
        return parent_node.keys.index(node.tag)
    same = parent.findall(node.tag)
    if same and node.kind in REPEATED:
        return _sorted_index(parent, same, child, sorting)
    later = (other for other in parent if _order(other, parent_node) > node.order)
    following = next(later, None)
    return len(parent) if following is None else parent.index(following)


def _keys(node: SchemaNode) -> tuple[str, ...]:
    return node.keys if node.kind is Kind.LIST else ()


def _sorted_index(parent: etree._Element, same: list[etree._Element], child: etree._Element, sorting: Sorting) -> int:
    keys = [sorting(other) for other in same]
    if keys != sorted(keys):
        return parent.index(same[-1]) + 1
    position = bisect(keys, sorting(child))
    return parent.index(same[position]) if position < len(same) else parent.index(same[-1]) + 1


def _order(element: etree._Element, parent_node: SchemaNode) -> int:
    """An element's place in the schema; a key comes before all, a part outside the schema pushes nothing aside."""
    node = parent_node.children.get(element.tag) if isinstance(element.tag, str) else None
    if node is None or element.tag in _keys(parent_node):
        return -1
    return node.order


def _lay_out(parent: etree._Element, child: etree._Element, node: SchemaNode) -> None:
    level = sum(1 for _ in parent.iterancestors())
    inner, outer = "\n" + _INDENT * (level + 1), "\n" + _INDENT * level
    if len(child):
        etree.indent(child, _INDENT, level=level + 1)
    elif node.inner and node.children:
        child.text = inner
    child.tail = inner if child.getnext() is not None else outer
    previous = child.getprevious()
    if previous is None:
        parent.text = inner
    else:
        previous.tail = inner
