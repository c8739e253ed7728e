"""Makes the schema from the YANG modules in `sandbox/curity/yang`, with yangson as their reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yangson import DataModel  # type: ignore[import-untyped]  # it ships no types
from yangson.datatype import IdentityrefType, LeafrefType  # type: ignore[import-untyped]
from yangson.schemanode import (  # type: ignore[import-untyped]
    CaseNode,
    ChoiceNode,
    ContainerNode,
    DataNode,
    GroupNode,
    LeafListNode,
    ListNode,
)

from sandbox.curity.configuration.open_rules import EXTRA_RULES, FACT_OF_RULE
from sandbox.curity.configuration.schema import Kind, Module, Reference, Rule, Schema, SchemaNode
from sandbox.curity.configuration.values import Identity, Value
from sandbox.curity.configuration.xpath import compile_xpath

_CONDITION = "its condition does not hold here"
YANG_DIRECTORY = Path(__file__).parent.parent / "yang"
_HEAD = re.compile(
    r'^module (?P<name>[\w-]+).*?namespace "(?P<namespace>[^"]+)".*?prefix (?P<prefix>[\w-]+).*?revision (?P<revision>[\d-]+)', re.DOTALL
)


@cache
def load_schema() -> Schema:
    """Read the modules; once a process, since the result cannot change.

    Source: our model of docs/vendors/curity.md, Configuration tree.
    """
    modules = tuple(_module(file) for file in sorted(YANG_DIRECTORY.glob("*.yang")))
    model = DataModel(json.dumps(yang_library(modules)), [str(YANG_DIRECTORY)])
    return Schema(modules, _Loader(model, modules).root())


def yang_library(modules: tuple[Module, ...]) -> dict[str, Any]:
    """The modules as RFC 7895 lists them."""
    listed = [{"name": one.name, "revision": one.revision, "namespace": one.namespace, "conformance-type": "implement"} for one in modules]
    return {"ietf-yang-library:modules-state": {"module-set-id": modules[0].revision, "module": listed}}


def _module(file: Path) -> Module:
    head = _HEAD.search(file.read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{file.name} does not begin as a YANG module")
    return Module(**head.groupdict())


class _Loader:
    def __init__(self, model: DataModel, modules: tuple[Module, ...]) -> None:
        self._model = model
        self._modules = {module.name: module for module in modules}
        self._namespaces = {module.name: module.namespace for module in modules}

    def root(self) -> SchemaNode:
        return SchemaNode("", "", "", Kind.PRESENCE, "", 0, children=self._children(self._model.schema, ""))

    def _children(self, parent: Any, path: str) -> Mapping[str, SchemaNode]:
        found = (self._node(node, path, order, branch) for order, (node, branch) in enumerate(_data_nodes(parent)))
        return MappingProxyType({node.tag: node for node in found})

    def _node(self, node: Any, parent_path: str, order: int, branch: _Branch) -> SchemaNode:
        path = f"{parent_path}/{node.name}"
        value_type = getattr(node, "type", None)
        return SchemaNode(
            tag=self._tag(node.name, node.ns),
            name=node.name,
            module=node.ns,
            kind=_kind(node),
            path=path,
            order=order,
            config=node.config,
            keys=tuple(self._tag(*key) for key in getattr(node, "keys", ())),
            choice=branch.choice,
            case=branch.case,
            mandatory=value_type is not None and bool(node.mandatory),
            default=_default(node),
            value=self._value(value_type) if value_type is not None else None,
            reference=self._reference(value_type) if isinstance(value_type, LeafrefType) else None,
            rules=self._rules(node, path, branch),
            children=self._children(node, path) if value_type is None else MappingProxyType({}),
        )

    def _tag(self, name: str, module: str) -> str:
        return f"{{{self._namespaces[module]}}}{name}"

    def _value(self, value_type: Any) -> Value:
        identities = self._identities(value_type) if isinstance(value_type, IdentityrefType) else ()
        return Value(value_type.name or value_type.yang_type(), value_type, identities)

    def _identities(self, value_type: Any) -> tuple[Identity, ...]:
        (base,) = value_type.bases
        found = sorted(self._model.schema_data.derived_from(base))
        return tuple(Identity(name, module, self._namespaces[module], self._modules[module].prefix) for name, module in found)

    def _reference(self, value_type: Any) -> Reference:
        path = str(value_type.path)
        return Reference(compile_xpath(path, self._modules.values()), absolute=path.startswith("/"))

    def _rules(self, node: Any, path: str, branch: _Branch) -> tuple[Rule, ...]:
        rules = [] if branch.when is None else [self._rule(str(branch.when), _CONDITION, of_augment=True)]
        rules += [] if node.when is None else [self._rule(str(node.when), _CONDITION)]
        rules += [self._rule(str(must.expression), must.error_message, FACT_OF_RULE.get(path)) for must in node.must]
        rules += [self._rule(rule.expression, rule.message, rule.fact) for rule in EXTRA_RULES if rule.path == path]
        return tuple(rules)

    def _rule(self, expression: str, message: str, fact: str | None = None, *, of_augment: bool = False) -> Rule:
        return Rule(compile_xpath(expression, self._modules.values()), message, fact, of_augment)


class _Branch:
    """Where among choices and augments a data node was found."""

    def __init__(self, choice: str | None = None, case: str | None = None, when: Any = None) -> None:
        self.choice, self.case, self.when = choice, case, when


def _data_nodes(parent: Any, branch: _Branch | None = None) -> Iterator[tuple[Any, _Branch]]:
    """The data nodes below a node, those within choices and augments included."""
    branch = branch or _Branch()
    for node in parent.children:
        if isinstance(node, ChoiceNode):
            yield from _data_nodes(node, _Branch(choice=node.name, when=branch.when))
        elif isinstance(node, CaseNode):
            yield from _data_nodes(node, _Branch(branch.choice, node.name, branch.when))
        elif isinstance(node, GroupNode):
            yield from _data_nodes(node, _Branch(branch.choice, branch.case, node.when))
        elif isinstance(node, DataNode):
            yield node, branch


def _kind(node: Any) -> Kind:
    if isinstance(node, ContainerNode):
        return Kind.PRESENCE if node.presence else Kind.CONTAINER
    if isinstance(node, ListNode):
        return Kind.LIST
    return Kind.LEAF_LIST if isinstance(node, LeafListNode) else Kind.LEAF


def _default(node: Any) -> str | None:
    default = getattr(node, "default", None)
    return None if default is None or isinstance(node, ContainerNode | ListNode) else str(node.type.canonical_string(default))
