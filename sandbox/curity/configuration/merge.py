"""Edits of the configuration tree: merge, replace and remove, with lists by key, choices, presence, and hashed secrets.

Source: docs/vendors/curity.md, DCR settings, RESTCONF requests, RESTCONF edits: a PATCH merges, never removes a leaf-list member, and a
case of a choice takes the place of another; a PUT replaces the whole subtree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from sandbox.curity.configuration import placement
from sandbox.curity.configuration.elements import new_element
from sandbox.curity.configuration.hashing import stored_secret
from sandbox.curity.configuration.instance import key_values, value_of
from sandbox.curity.configuration.parameters import literal
from sandbox.curity.configuration.schema import Kind, SchemaNode

Body = Iterable[etree._Element]


@dataclass(slots=True)
class Edit:
    """One transaction on a tree that keeps its parameters. Bodies are checked before they come here."""

    parameters: Mapping[str, str]
    readings: Mapping[str, str]
    dropped: frozenset[str] = frozenset()
    """Schema paths whose values are silently not taken: a server broken on purpose."""
    changed: set[str] = field(default_factory=set)
    """Schema paths of the nodes that were created, changed or removed."""

    def merge(self, target: etree._Element, node: SchemaNode, body: Body) -> None:
        """Merge elements into a container or list entry."""
        for source in body:
            child_node = node.children[source.tag]
            if child_node.path not in self.dropped:
                self._drop_other_cases(target, node, child_node)
                self._merge_one(target, node, child_node, source)

    def replace(self, target: etree._Element, node: SchemaNode, body: Body) -> None:
        """Make a container or list entry hold exactly the elements, and its keys. What it had and has keeps its place."""
        sources = list(body)
        kept = [self.find(target, node.children[source.tag], source) for source in sources]
        for child in target.iterchildren("*"):
            if child not in kept and child.tag not in node.keys:
                self.remove(child, node)
        for source in sources:
            child_node = node.children[source.tag]
            existing = self.find(target, child_node, source)
            if existing is not None and child_node.inner:
                self.replace(existing, child_node, source.iterchildren("*"))
                self._remove_if_meaningless(existing, child_node)
        self.merge(target, node, sources)

    def remove(self, element: etree._Element, parent_node: SchemaNode) -> None:
        """Remove an element."""
        node = parent_node.children.get(element.tag)
        self.changed.add(node.path if node else f"{parent_node.path}/{etree.QName(element).localname}")
        placement.remove(element)

    def delete(self, chain: Sequence[tuple[etree._Element, SchemaNode]]) -> None:
        """Remove the last of a chain of elements, each the parent of the next, and plain containers that it leaves empty."""
        (element, node), above = chain[-1], chain[:-1]
        self.changed.add(node.path)
        placement.remove(element)
        self.tidy(above)

    def tidy(self, chain: Sequence[tuple[etree._Element, SchemaNode]]) -> None:
        """Remove the plain containers without content at the end of a chain."""
        for element, node in reversed(chain):
            self._remove_if_meaningless(element, node)

    def find(self, target: etree._Element, node: SchemaNode, source: etree._Element) -> etree._Element | None:
        """The instance below `target` that `source` is about."""
        same = target.findall(node.tag)
        if node.kind is Kind.LIST:
            keys = key_values(source, node, {})
            return next((entry for entry in same if key_values(entry, node, self.parameters) == keys), None)
        if node.kind is Kind.LEAF_LIST:
            value = value_of(source, node, {})
            return next((one for one in same if value_of(one, node, self.parameters) == value), None)
        return same[0] if same else None

    def container(self, target: etree._Element, node: SchemaNode, child_node: SchemaNode) -> etree._Element:
        """The plain container below `target`, made if it does not stand there: one without content always exists."""
        existing = target.find(child_node.tag)
        return self._create(target, node, child_node, etree.Element(child_node.tag)) if existing is None else existing

    def _drop_other_cases(self, target: etree._Element, node: SchemaNode, child_node: SchemaNode) -> None:
        if child_node.choice is None:
            return
        for other in target.iterchildren("*"):
            other_node = node.children.get(other.tag)
            if other_node is not None and other_node.excludes(child_node):
                self.remove(other, node)

    def _merge_one(self, target: etree._Element, parent_node: SchemaNode, node: SchemaNode, source: etree._Element) -> None:
        existing = self.find(target, node, source)
        if not node.inner:
            self._merge_leaf(target, parent_node, node, source, existing)
            return
        instance = self._create(target, parent_node, node, source) if existing is None else existing
        self.merge(instance, node, (child for child in source.iterchildren("*") if child.tag not in node.keys))
        if existing is None:
            self._remove_if_meaningless(instance, node)

    def _remove_if_meaningless(self, element: etree._Element, node: SchemaNode) -> None:
        """A plain container without content is as good as none."""
        if node.kind is Kind.CONTAINER and not len(element):
            placement.remove(element)

    def _merge_leaf(
        self, target: etree._Element, parent_node: SchemaNode, node: SchemaNode, source: etree._Element, existing: etree._Element | None
    ) -> None:
        if existing is None:
            self._create(target, parent_node, node, source)
        elif self._differs(existing, node, source):
            self.changed.add(node.path)
            self._write(existing, node, source)

    def _differs(self, existing: etree._Element, node: SchemaNode, source: etree._Element) -> bool:
        if node.value is not None and node.value.is_secret:
            return stored_secret(source.text or "", self.readings) != value_of(existing, node, self.parameters)
        return value_of(existing, node, self.parameters) != value_of(source, node, {})

    def _create(self, target: etree._Element, parent_node: SchemaNode, node: SchemaNode, source: etree._Element) -> etree._Element:
        """Make a new instance with its value or its keys, in its place."""
        if node.kind is not Kind.CONTAINER:
            self.changed.add(node.path)
        instance = new_element(node.tag) if node.inner else self._leaf(node, source)
        for tag in node.keys:
            key = source.find(tag)
            if key is not None:
                instance.append(self._leaf(node.children[tag], key))
        placement.insert(target, parent_node, instance, lambda element: self._sorting(element, node))
        return instance

    def _leaf(self, node: SchemaNode, source: etree._Element) -> etree._Element:
        """A new leaf with its value; an identity brings its prefix along, since its text hangs on it."""
        identity = node.value.identity_of(source, source.text or "") if node.value and node.value.identities else None
        leaf = new_element(node.tag, {identity.prefix: identity.namespace} if identity else None)
        self._write(leaf, node, source)
        return leaf

    def _write(self, leaf: etree._Element, node: SchemaNode, source: etree._Element) -> None:
        text = source.text or ""
        identity = node.value.identity_of(source, text) if node.value and node.value.identities else None
        if identity is not None:
            text = f"{identity.prefix}:{identity.name}"
        elif node.value is not None and node.value.is_secret:
            text = stored_secret(text, self.readings)
        leaf.text = None if node.value is not None and node.value.is_empty else literal(text)

    def _sorting(self, element: etree._Element, node: SchemaNode) -> tuple[str, ...]:
        if node.kind is Kind.LIST:
            return key_values(element, node, self.parameters) or ()
        return (value_of(element, node, self.parameters),)
