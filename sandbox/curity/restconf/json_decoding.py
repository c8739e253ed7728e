"""Reads JSON bodies by RFC 7951 into elements, so that both encodings are edited and judged alike.

Source: docs/vendors/curity.md, Empty nodes, RESTCONF encoding, Clients of the configuration (one list entry as an object).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration.schema import Kind, Schema, SchemaNode
from sandbox.curity.configuration.values import ENDPOINT_KIND_TYPE, Value
from sandbox.curity.restconf.json_encoding import UNSETTLED_KINDS

EMPTY = [None]


def parse_json(body: bytes) -> dict[str, Any]:
    """The object that a body is.

    Raises:
        Problem: it is none, or a name stands in an object twice.
    """
    try:
        found = json.loads(body, object_pairs_hook=_unique)
    except ValueError:
        raise problems.malformed("the body is no well-formed JSON") from None
    if not isinstance(found, dict):
        raise problems.malformed("the body is no JSON object")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


class JsonDecoding:
    """The reader, under the readings in force."""

    def __init__(self, schema: Schema, readings: Mapping[str, str]) -> None:
        self._schema, self._readings = schema, readings

    def append_members(self, element: etree._Element, node: SchemaNode, members: Mapping[str, Any], path: str) -> None:
        """Append children to an element, one for each member or member of an array.

        Raises:
            Problem: a member that the schema does not know, or of another form than its node has.
        """
        for name, value in members.items():
            child_node = self._child(node, name, path)
            child_path = f"{path}/{name}"
            for one in self._instances(child_node, value, child_path):
                self._append(element, child_node, one, child_path)

    def _child(self, node: SchemaNode, member: str, path: str) -> SchemaNode:
        module, colon, name = member.rpartition(":")
        found = node.child(name, module if colon else node.module)
        if found is None:
            raise problems.unknown_element(self._readings, member, path)
        return found

    def _instances(self, node: SchemaNode, value: Any, path: str) -> Iterator[Any]:
        if node.kind is Kind.LIST and isinstance(value, dict):
            yield value
        elif node.kind in {Kind.LIST, Kind.LEAF_LIST}:
            if not isinstance(value, list):
                raise problems.malformed(f"{path}: expected an array")
            yield from value
        else:
            yield value

    def _append(self, parent: etree._Element, node: SchemaNode, value: Any, path: str) -> None:
        value = self._as_modelled(node, value)
        if node.value is not None:
            self._append_leaf(parent, node, node.value, value, path)
        elif isinstance(value, dict):
            self.append_members(etree.SubElement(parent, node.tag), node, value, path)
        else:
            raise problems.malformed(f"{path}: expected an object")

    def _as_modelled(self, node: SchemaNode, value: Any) -> Any:
        """`[null]` or `{}` as the schema's kind has it, if the server's kind, which may be the other one, takes what was sent."""
        empty_leaf = node.value is not None and node.value.is_empty
        if value not in (EMPTY, {}) or not (node.inner or empty_leaf):
            return value
        swapped = node.path in UNSETTLED_KINDS and self._readings["curity.unsettled-kinds"] == "swapped"
        taken = EMPTY if empty_leaf != swapped else {}
        good = value == taken or self._readings["curity.json-empty"] == "either"
        return EMPTY if good == empty_leaf else {}

    def _append_leaf(self, parent: etree._Element, node: SchemaNode, kind: Value, value: Any, path: str) -> None:
        if kind.identities:
            self._append_identity(parent, node, kind, value, path)
            return
        text = _text(value)
        if kind.type_name == ENDPOINT_KIND_TYPE and self._readings["curity.endpoint-kind-prefix"] == "base":
            text = value = (text or "").removeprefix("base:")
        if text is None or (kind.accepts(text, self._readings) and not _same(kind.to_json(text), value)):
            raise problems.wrong_value(self._readings, path, "" if kind.is_secret else json.dumps(value))
        etree.SubElement(parent, node.tag).text = text

    def _append_identity(self, parent: etree._Element, node: SchemaNode, kind: Value, value: Any, path: str) -> None:
        identity = kind.identity_named(value) if isinstance(value, str) else None
        if identity is None:
            raise problems.unknown_identity(self._readings, path, json.dumps(value))
        leaf = etree.SubElement(parent, node.tag, nsmap={identity.prefix: identity.namespace})
        leaf.text = f"{identity.prefix}:{identity.name}"


def _text(value: Any) -> str | None:
    """The text that an element would have for a JSON value, or None if no leaf has such a value."""
    if value == EMPTY:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON, where `true` is not 1."""
    return type(one) is type(other) and one == other
