"""The configuration's schema as the datastore needs it: one immutable node for each data node of the YANG modules.

Choices have no node of their own (docs/vendors/curity.md, Empty nodes): a node that belongs to one says which, and which case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from lxml import etree

from sandbox.curity.configuration.values import Value


class Kind(Enum):
    """What a data node is. A presence container means something by being there; a plain one exists only with content."""

    CONTAINER = "container"
    PRESENCE = "presence container"
    LIST = "list"
    LEAF = "leaf"
    LEAF_LIST = "leaf-list"


INNER = frozenset({Kind.CONTAINER, Kind.PRESENCE, Kind.LIST})
REPEATED = frozenset({Kind.LIST, Kind.LEAF_LIST})


@dataclass(frozen=True, slots=True)
class Rule:
    """A `must` or `when`: an XPath that has to be true at its node; `$current` is that node."""

    xpath: etree.XPath
    message: str
    fact: str | None = None
    """The open fact that decides whether the rule holds; None: it always does."""
    of_augment: bool = False
    """A `when` of an augment: its context is the node that is augmented (RFC 7950 section 7.21.5)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A leafref: the XPath that yields the values allowed."""

    xpath: etree.XPath
    absolute: bool


@dataclass(frozen=True, slots=True, eq=False)
class SchemaNode:
    """A data node."""

    tag: str
    """As lxml writes it: `{namespace}name`."""
    name: str
    module: str
    kind: Kind
    path: str
    """Names from the top without prefixes: `/profiles/profile/token-issuers`."""
    order: int
    """Place among its siblings in the schema."""
    config: bool = True
    keys: tuple[str, ...] = ()
    """Tags of a list's keys, in order."""
    choice: str | None = None
    case: str | None = None
    mandatory: bool = False
    default: str | None = None
    value: Value | None = None
    reference: Reference | None = None
    rules: tuple[Rule, ...] = ()
    children: Mapping[str, SchemaNode] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def inner(self) -> bool:
        """Whether it can have children, and so no value."""
        return self.kind in INNER

    def excludes(self, other: SchemaNode) -> bool:
        """Whether the two are alternatives of one choice."""
        return self.choice is not None and self.choice == other.choice and self.case != other.case

    def child(self, name: str, module: str) -> SchemaNode | None:
        """The child of that name in that module."""
        return next((node for node in self.children.values() if node.name == name and node.module == module), None)


@dataclass(frozen=True, slots=True)
class Module:
    """A YANG module of the server."""

    name: str
    namespace: str
    prefix: str
    revision: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The modules and the datastore's root, which is a container without a tag of its own."""

    modules: tuple[Module, ...]
    root: SchemaNode

    def module_of(self, namespace: str) -> Module | None:
        """The module with that namespace."""
        return next((module for module in self.modules if module.namespace == namespace), None)
