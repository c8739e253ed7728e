"""Data resource identifiers: from the path of a URI to schema nodes, and from there to elements.

Source: docs/vendors/curity.md, Names in URIs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration.parameters import resolve
from sandbox.curity.configuration.schema import REPEATED, Kind, Schema, SchemaNode

Link = tuple[etree._Element, SchemaNode]


@dataclass(frozen=True, slots=True)
class Step:
    """One segment of the path."""

    node: SchemaNode
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names; no step at all is the datastore itself."""

    root: SchemaNode
    steps: tuple[Step, ...]

    @property
    def node(self) -> SchemaNode:
        """The schema node of the target."""
        return self.steps[-1].node if self.steps else self.root

    @property
    def whole_list(self) -> bool:
        """Whether a list or leaf-list is named without an entry."""
        return bool(self.steps) and self.node.kind in REPEATED and self.steps[-1].keys is None

    def parent(self) -> Resource:
        """The resource above the target."""
        return Resource(self.root, self.steps[:-1])

    def chain(self, root: etree._Element, parameters: Mapping[str, str]) -> list[Link]:
        """The elements from the datastore to the target, as far as they exist; the datastore's own is the first."""
        found = [(root, self.root)]
        for step in self.steps:
            element = next((one for one in found[-1][0].findall(step.node.tag) if _is(one, step, parameters)), None)
            if element is None:
                break
            found.append((element, step.node))
        return found

    def reaches(self, chain: Sequence[Link]) -> bool:
        """Whether a chain ends at the target."""
        return len(chain) == len(self.steps) + 1


def parse_resource(path: str, schema: Schema, base: Resource | None = None) -> Resource:
    """Read the path of a data resource, percent-encoded, relative to a resource or else to the datastore.

    Raises:
        Problem: the path breaks its form or names what no module has.
    """
    node = base.node if base else schema.root
    steps = list(base.steps) if base else []
    for segment in path.strip("/").split("/") if path.strip("/") else ():
        name, equals, keys = segment.partition("=")
        node = _child(node, unquote(name))
        step = Step(node, tuple(unquote(key) for key in keys.split(",")) if equals else None)
        _check_keys(step)
        steps.append(step)
    if any(step.node.kind in REPEATED and step.keys is None for step in steps[:-1]):
        raise problems.absent()
    return Resource(schema.root, tuple(steps))


def _child(parent: SchemaNode, step: str) -> SchemaNode:
    module, colon, name = step.rpartition(":")
    found = parent.child(name, module if colon else parent.module)
    if found is not None:
        return found
    if not colon and (not parent.tag or any(child.name == name for child in parent.children.values())):
        raise problems.module_missing(name)
    raise problems.absent()


def _check_keys(step: Step) -> None:
    if step.keys is None:
        return
    wanted = {Kind.LIST: len(step.node.keys), Kind.LEAF_LIST: 1}.get(step.node.kind, 0)
    if len(step.keys) != wanted:
        raise problems.absent()


def _is(element: etree._Element, step: Step, parameters: Mapping[str, str]) -> bool:
    if step.keys is None:
        return True
    if step.node.kind is Kind.LEAF_LIST:
        return (uri_value(element, step.node, parameters),) == step.keys
    leaves = [element.find(tag) for tag in step.node.keys]
    found = [uri_value(leaf, step.node.children[leaf.tag], parameters) for leaf in leaves if leaf is not None]
    return tuple(found) == step.keys


def uri_value(leaf: etree._Element, node: SchemaNode, parameters: Mapping[str, str]) -> str:
    """A value as a key in a URI has it: identities without prefix."""
    text = resolve(leaf.text or "", parameters)
    identity = node.value.identity_of(leaf, text) if node.value and node.value.identities else None
    return identity.name if identity else text
