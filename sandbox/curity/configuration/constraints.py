"""Judges a whole configuration as a commit does: mandatory leaves, references, `must` and `when`.

Only what the schema knows is judged; whatever else stands in the tree is passed over, though an XPath may see it.
Source: docs/vendors/curity.md, RESTCONF edits; RFC 7950 section 8.3.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from sandbox.curity.configuration.instance import keypath
from sandbox.curity.configuration.schema import Reference, Schema, SchemaNode
from sandbox.curity.configuration.xpath import nodes


class Fault(Enum):
    """What is wrong."""

    MANDATORY = "mandatory"
    REFERENCE = "reference"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault of a configuration."""

    fault: Fault
    path: str
    """Keypath of the node."""
    message: str = ""


def violations(root: etree._Element, schema: Schema, readings: Mapping[str, str]) -> Iterator[Violation]:
    """Find the faults of a configuration whose parameters are resolved, in document order."""
    return _Judge(schema, readings).below(root, schema.root)


class _Judge:
    def __init__(self, schema: Schema, readings: Mapping[str, str]) -> None:
        self._schema, self._readings = schema, readings
        self._targets: dict[Reference, frozenset[str]] = {}

    def below(self, element: etree._Element, node: SchemaNode) -> Iterator[Violation]:
        yield from self._mandatory(element, node)
        for child in element.iterchildren("*"):
            child_node = node.children.get(child.tag)
            if child_node is not None:
                yield from self._reference(child, child_node)
                yield from self._rules(child, child_node)
                yield from self.below(child, child_node)

    def _mandatory(self, element: etree._Element, node: SchemaNode) -> Iterator[Violation]:
        for child_node in node.children.values():
            if child_node.mandatory and child_node.config and element.find(child_node.tag) is None:
                yield Violation(Fault.MANDATORY, f"{keypath(element, self._schema)}/{child_node.name}")

    def _rules(self, element: etree._Element, node: SchemaNode) -> Iterator[Violation]:
        for rule in node.rules:
            enforced = rule.fact is None or self._readings[rule.fact] == "refused"
            context = element.getparent() if rule.of_augment else element
            if enforced and context is not None and not rule.xpath(context, current=[element]):
                yield Violation(Fault.RULE, keypath(element, self._schema), rule.message)

    def _reference(self, element: etree._Element, node: SchemaNode) -> Iterator[Violation]:
        if node.reference is not None and (element.text or "") not in self._allowed(element, node.reference):
            yield Violation(Fault.REFERENCE, keypath(element, self._schema), element.text or "")

    def _allowed(self, element: etree._Element, reference: Reference) -> frozenset[str]:
        known = self._targets.get(reference) if reference.absolute else None
        if known is None:
            known = frozenset(target.text or "" for target in nodes(reference.xpath, element))
            self._targets[reference] = known
        return known
