"""Checks of a body on its own, before it meets the configuration: names, keys, values, and alternatives.

Source: docs/vendors/curity.md, RESTCONF errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration.instance import key_values
from sandbox.curity.configuration.parameters import OPENING
from sandbox.curity.configuration.schema import Kind, Schema, SchemaNode

ROTATED_SECRET_TTL = "/profiles/profile/settings/authorization-server/dynamic-client-registration/client-management/rotated-secret-ttl"


class BodyChecks:
    """The checks, under the readings in force."""

    def __init__(self, schema: Schema, readings: Mapping[str, str]) -> None:
        self._schema, self._readings = schema, readings

    def check(self, element: etree._Element, node: SchemaNode, path: str, *, keys_needed: bool = True) -> None:
        """Check an element against its schema node.

        Args:
            element: the element of the body.
            node: its schema node.
            path: where it stands, for messages.
            keys_needed: whether a list entry must have its keys; for the target of a URI the URI has them.

        Raises:
            Problem: the first fault.
        """
        if element.attrib:
            raise problems.malformed(f"unknown attribute in {path}")
        if not node.config:
            raise problems.read_only(path)
        if not node.inner:
            self._check_leaf(element, node, path)
            return
        if (element.text or "").strip():
            raise problems.malformed(f"unexpected text in {path}")
        if keys_needed:
            self._check_keys(element, node, path)
        self._check_children(element, node, path)

    def child_of(self, parent: SchemaNode, element: etree._Element, path: str) -> SchemaNode:
        """The schema node of a child element.

        Raises:
            Problem: the server knows no such child.
        """
        node = parent.children.get(element.tag)
        if node is None or self._too_new(node):
            raise problems.unknown_element(self._readings, self._name(element, parent), path)
        return node

    def _check_children(self, element: etree._Element, node: SchemaNode, path: str) -> None:
        found: list[tuple[etree._Element, SchemaNode]] = []
        for child in element.iterchildren("*"):
            child_node = self.child_of(node, child, path)
            self.check(child, child_node, f"{path}/{self._name(child, node)}")
            found.append((child, child_node))
        self._check_repetition(found, path)
        self._check_choices([child_node for _, child_node in found], path)

    def _check_leaf(self, element: etree._Element, node: SchemaNode, path: str) -> None:
        text = element.text or ""
        shown = "" if node.value is not None and node.value.is_secret else text
        if len(element) or node.value is None:
            raise problems.malformed(f"{path} has no children")
        if OPENING in text and self._readings["curity.parameter-over-restconf"] == "refused":
            raise problems.wrong_value(self._readings, path, shown)
        if node.value.identities:
            if node.value.identity_of(element, text) is None:
                raise problems.unknown_identity(self._readings, path, text)
        elif not node.value.accepts(text, self._readings):
            raise problems.wrong_value(self._readings, path, shown)

    def _check_keys(self, element: etree._Element, node: SchemaNode, path: str) -> None:
        for tag in node.keys:
            if element.find(tag) is None:
                raise problems.not_configured(self._readings, f"{path}/{node.children[tag].name}")

    def _check_repetition(self, found: list[tuple[etree._Element, SchemaNode]], path: str) -> None:
        single = Counter(node.tag for _, node in found if node.kind not in {Kind.LIST, Kind.LEAF_LIST})
        for tag, times in single.items():
            if times > 1:
                raise problems.malformed(f"{etree.QName(tag).localname} stands more than once in {path}")
        if self._readings["curity.same-entry-twice"] == "merged":
            return
        entries = Counter((node.tag, key_values(child, node, {})) for child, node in found if node.kind is Kind.LIST)
        if any(times > 1 for times in entries.values()):
            raise problems.same_entry_twice(path)

    def _check_choices(self, nodes: list[SchemaNode], path: str) -> None:
        if self._readings["curity.two-cases"] == "last-wins":
            return
        if any(one.excludes(other) for one in nodes for other in nodes):
            raise problems.two_cases(path)

    def _too_new(self, node: SchemaNode) -> bool:
        return node.path == ROTATED_SECRET_TTL and self._readings["curity.rotated-secret-ttl"] == "unknown"

    def _name(self, element: etree._Element, parent: SchemaNode) -> str:
        name = etree.QName(element)
        module = self._schema.module_of(name.namespace or "")
        inherited = parent.tag and name.namespace == etree.QName(parent.tag).namespace
        return name.localname if inherited or module is None else f"{module.prefix}:{name.localname}"
