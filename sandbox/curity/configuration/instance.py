"""Instances of schema nodes in a tree: their values, their keys, and their names in messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from sandbox.curity.configuration.parameters import resolve
from sandbox.curity.configuration.schema import Schema, SchemaNode


def value_of(element: etree._Element, node: SchemaNode, parameters: Mapping[str, str]) -> str:
    """A leaf's value in a form that compares: parameters resolved, an identity as `{namespace}name`."""
    text = resolve(element.text or "", parameters)
    if node.value is not None and node.value.identities:
        identity = node.value.identity_of(element, text)
        return f"{{{identity.namespace}}}{identity.name}" if identity else text
    return text


def key_values(entry: etree._Element, node: SchemaNode, parameters: Mapping[str, str]) -> tuple[str, ...] | None:
    """The keys of a list entry in a form that compares, or None if one is missing."""
    leaves = [entry.find(tag) for tag in node.keys]
    present = [leaf for leaf in leaves if leaf is not None]
    if len(present) != len(leaves):
        return None
    return tuple(value_of(leaf, node.children[tag], parameters) for tag, leaf in zip(node.keys, present, strict=True))


def keypath(element: etree._Element, schema: Schema) -> str:
    """The element's place as ConfD writes it in messages about a commit.

    Source: docs/vendors/curity.md, Names in URIs: `/base:profiles/profile{token-service as:oauth-service}/settings/…`.
    """
    text, above = "", None
    for step, node in _steps(element, schema):
        name = etree.QName(step)
        changed = name.namespace != above
        keys = [step.findtext(tag) or "" for tag in node.keys] if node else []
        text += f"/{_prefix(step, schema) if changed else ''}{name.localname}" + (f"{{{' '.join(keys)}}}" if keys else "")
        above = name.namespace
    return text


def instance_identifier(element: etree._Element, schema: Schema) -> str:
    """The element's place as ConfD writes it where something exists already: every name with its prefix, keys as predicates.

    Source: docs/vendors/curity.md, RESTCONF errors.
    """
    text = ""
    for step, node in _steps(element, schema):
        prefix = _prefix(step, schema)
        keys = [(etree.QName(tag).localname, step.findtext(tag) or "") for tag in node.keys] if node else []
        text += f"/{prefix}{etree.QName(step).localname}" + "".join(f"[{prefix}{name}='{value}']" for name, value in keys)
    return text


def _steps(element: etree._Element, schema: Schema) -> Iterator[tuple[etree._Element, SchemaNode | None]]:
    """The elements from the top of the configuration down to this one, with their schema nodes."""
    node: SchemaNode | None = schema.root
    above = [step for step in (element, *element.iterancestors()) if step.getparent() is not None]
    for step in reversed(above):
        node = node.children.get(step.tag) if node else None
        yield step, node


def _prefix(element: etree._Element, schema: Schema) -> str:
    module = schema.module_of(etree.QName(element).namespace or "")
    return f"{module.prefix}:" if module else ""
