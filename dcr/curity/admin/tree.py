"""Curity's configuration as it was answered, node by node: what is there, and what is not.

Source: docs/vendors/curity.md, RESTCONF encoding, Absent nodes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dcr.curity.admin.answers import bare
from dcr.curity.admin.nodes import Node, Path

Tree = Mapping[str, Any]
_NOTHING = object()
_SECRET = re.compile(r"secret|password|symmetric-key")


def tree_of(profile: Any, environment: Any) -> Tree:
    """One tree of both answers, without values that are secret: it is only asked whether something is there, and what is ours."""
    shown = bare(profile or {}), bare(environment or {})
    return {"profiles": _open(shown[0]), "environments": _open(shown[1])}


def _open(value: Any) -> Any:
    match value:
        case dict():
            return {name: _open(child) for name, child in value.items() if not (isinstance(child, str) and _SECRET.search(name))}
        case list():
            return [_open(child) for child in value]
    return value


def shown(answer: Any) -> Any:
    """What the answer to one node's own address shows of it, in the same form."""
    content = next(iter(_open(bare(answer)).values()), None) if isinstance(answer, Mapping) else None
    return content[0] if isinstance(content, list) and content else content


def reached(tree: Tree, path: Path) -> tuple[int, Any]:
    """How many nodes of a path are there, from the root on, and what stands at the last of them."""
    here: Any = tree
    for place, node in enumerate(path):
        found = child_of(here, node)
        if found is _NOTHING:
            return place, here
        here = found
    return len(path), here


def is_there(tree: Tree, path: Path) -> bool:
    """Whether all of a path is."""
    return reached(tree, path)[0] == len(path)


def child_of(here: Any, node: Node) -> Any:
    """One node below another; something of its own if it is not there."""
    value = here.get(node.name, _NOTHING) if isinstance(here, Mapping) else _NOTHING
    if value is _NOTHING or value == []:
        return _NOTHING
    if not node.keys:
        return {} if value == [None] else value
    return next((each for each in members(value) if is_entry(each, node)), _NOTHING)


def members(value: Any) -> list[Any]:
    """The entries of a list or leaf-list; a server may print a single one without brackets."""
    return value if isinstance(value, list) else [value]


def is_entry(each: Any, node: Node) -> bool:
    """Whether it is the entry that a node names by its keys, or the value that it names."""
    if not isinstance(each, Mapping):
        return node.keys[0].name == "" and text(each) == node.keys[0].value
    return all(_same(each.get(key.name), key.value) for key in node.keys)


def _same(found: Any, wanted: str) -> bool:
    # `user-info` may be a second spelling of `userinfo` (docs/vendors/curity.md, Custom token issuers).
    return text(found).replace("-", "") == wanted.replace("-", "")


def text(value: Any) -> str:
    """A leaf as XML writes it; an identity without its module."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).rpartition(":")[2] if isinstance(value, str) and re.fullmatch(r"[\w-]+:[\w-]+", value) else str(value)
