"""Writes elements as JSON by RFC 7951, as Curity does.

Source: docs/vendors/curity.md, RESTCONF encoding, Empty nodes, Names in URIs. What the schema does not know is written by
its look: an element without content as `[null]`, repeated ones as an array.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from sandbox.curity.configuration.open_rules import NON_TEMPLATIZED, REGISTRABLE_CAPABILITIES
from sandbox.curity.configuration.schema import REPEATED, Schema, SchemaNode
from sandbox.curity.configuration.values import ENDPOINT_KIND_TYPE

# Empty leaf or container: not settled (docs/vendors/curity.md, Empty nodes).
UNSETTLED_KINDS = frozenset(
    {
        "/environments/environment/services/service-role/webfinger",
        f"{NON_TEMPLATIZED}/scopes/all",
        f"{NON_TEMPLATIZED}/authenticators/all",
        f"{NON_TEMPLATIZED}/client-authentication-method/no-authentication",
        *(f"{NON_TEMPLATIZED}/capabilities/{name}" for name in REGISTRABLE_CAPABILITIES),
    }
)
# Modules of an export that our schema does not have.
_OTHER_MODULES = {"urn:ietf:params:xml:ns:yang:ietf-netconf-acm": "ietf-netconf-acm", "http://tail-f.com/ns/aaa/1.1": "tailf-aaa"}


class JsonEncoding:
    """The writer, under the readings in force."""

    def __init__(self, schema: Schema, readings: Mapping[str, str]) -> None:
        self._schema, self._readings = schema, readings

    def resource(self, instances: list[etree._Element], node: SchemaNode) -> dict[str, Any]:
        """A resource of its own, under its name with module. A list is an array even if one entry is asked for."""
        return {f"{node.module}:{node.name}": self._instances(instances, node)}

    def members(self, element: etree._Element, node: SchemaNode | None) -> dict[str, Any]:
        """The children of an element."""
        groups: dict[str, list[etree._Element]] = {}
        for child in element.iterchildren("*"):
            groups.setdefault(str(child.tag), []).append(child)
        return {self._name(tag, element): self._value(group, node.children.get(tag) if node else None) for tag, group in groups.items()}

    def _value(self, group: list[etree._Element], node: SchemaNode | None) -> Any:
        if node is not None:
            return self._instances(group, node)
        values = [self._unknown(element) for element in group]
        return values if len(values) > 1 else values[0]

    def _instances(self, group: list[etree._Element], node: SchemaNode) -> Any:
        values = [self._instance(element, node) for element in group]
        return values if node.kind in REPEATED else values[0]

    def _instance(self, element: etree._Element, node: SchemaNode) -> Any:
        swapped = node.path in UNSETTLED_KINDS and self._readings["curity.unsettled-kinds"] == "swapped"
        if node.value is None:
            return [None] if swapped and not len(element) else self.members(element, node)
        if swapped and node.value.is_empty:
            return {}
        return self._leaf(element, node)

    def _leaf(self, element: etree._Element, node: SchemaNode) -> Any:
        text, value = element.text or "", node.value
        if value is None or not value.identities:
            if value is not None and value.type_name == ENDPOINT_KIND_TYPE and self._readings["curity.endpoint-kind-prefix"] == "base":
                return f"base:{text}"
            return value.to_json(text) if value else text
        identity = value.identity_of(element, text)
        if identity is None:
            return text
        return identity.name if self._readings["curity.identity-prefix"] == "bare" else f"{identity.module}:{identity.name}"

    def _unknown(self, element: etree._Element) -> Any:
        if len(element):
            return self.members(element, None)
        if element.text is None:
            return [None]
        return element.text if element.text.strip() else {}

    def _name(self, tag: str, parent: etree._Element) -> str:
        name = etree.QName(tag)
        if name.namespace == etree.QName(parent).namespace:
            return name.localname
        return f"{self._module_name(name.namespace or '')}:{name.localname}"

    def _module_name(self, namespace: str) -> str:
        module = self._schema.module_of(namespace)
        return module.name if module else _OTHER_MODULES.get(namespace, namespace.rpartition("/")[2])
