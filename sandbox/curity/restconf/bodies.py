"""Reads the body of an edit, in either encoding, into an element, and checks it against the schema.

Source: docs/vendors/curity.md, RESTCONF encoding, Endpoints and service roles: the root is
`<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf">`, in JSON `ietf-restconf:data` or `data`; a list entry's key may be left to the
URI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration.body_checks import BodyChecks
from sandbox.curity.configuration.elements import parse_document
from sandbox.curity.configuration.schema import Schema, SchemaNode
from sandbox.curity.restconf.json_decoding import JsonDecoding, parse_json
from sandbox.curity.restconf.plain_xml import RESTCONF
from sandbox.curity.restconf.requests import Encoding, Request
from sandbox.curity.restconf.resource import Step, uri_value

DATA = f"{{{RESTCONF}}}data"
_JSON_DATA = ("ietf-restconf:data", "data")


class Bodies:
    """The reader, under the readings in force."""

    def __init__(self, schema: Schema, readings: Mapping[str, str]) -> None:
        self._schema = schema
        self._checks = BodyChecks(schema, readings)
        self._json = JsonDecoding(schema, readings)

    def datastore(self, request: Request) -> etree._Element:
        """The body of an edit of the datastore itself: its children are the edit.

        Raises:
            Problem: another media type, no well-formed body, or not of the schema.
        """
        if request.body_encoding() is Encoding.XML:
            element = parse_xml(request.body)
            if element.tag != DATA:
                raise problems.malformed(f"the root element must be {DATA}")
        else:
            element = self._from_members(_single_object(parse_json(request.body), _JSON_DATA), self._schema.root)
        self._checks.check(element, self._schema.root, "")
        return element

    def child(self, request: Request, parent: SchemaNode, step: Step | None = None) -> etree._Element:
        """The body of an edit of one node: an instance of a child of `parent`.

        Args:
            request: the request.
            parent: the schema node above the instance.
            step: the last step of the URI if that names the instance; its keys complete the body.

        Raises:
            Problem: another media type, no well-formed body, not of the schema, or another node or key than the URI has.
        """
        element = self._instance(request, parent)
        return self.checked(element, parent, step)

    def checked(self, element: etree._Element, parent: SchemaNode, step: Step | None = None) -> etree._Element:
        """An instance of a child of `parent`, checked as in `child`."""
        node = self._checks.child_of(parent, element, "")
        if step is not None:
            if node is not step.node:
                raise problems.malformed("the message body is not the target resource")
            _complete_keys(element, step)
        self._checks.check(element, node, f"/{node.module}:{node.name}")
        return element

    def member(self, members: Mapping[str, Any], parent: SchemaNode) -> etree._Element:
        """The one instance that a JSON object has, not yet checked."""
        (name, *more) = members or [""]
        if more or ":" not in name:
            raise problems.malformed("expected one member, named with its module")
        children = list(self._from_members(members, parent))
        if len(children) != 1:
            raise problems.malformed("expected exactly one instance")
        return children[0]

    def _instance(self, request: Request, parent: SchemaNode) -> etree._Element:
        if request.body_encoding() is Encoding.XML:
            return parse_xml(request.body)
        return self.member(parse_json(request.body), parent)

    def _from_members(self, members: Mapping[str, Any], parent: SchemaNode) -> etree._Element:
        element = etree.Element(parent.tag or DATA)
        self._json.append_members(element, parent, members, "")
        return element


def parse_xml(body: bytes) -> etree._Element:
    """The root element of a body, comments and processing instructions left out.

    Raises:
        Problem: it is not well-formed, or has a document type.
    """
    try:
        return parse_document(body, comments=False)
    except ValueError:
        raise problems.malformed("the body is no well-formed XML") from None


def _single_object(members: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    found = next((members[name] for name in names if name in members), None)
    if len(members) != 1 or not isinstance(found, dict):
        raise problems.malformed(f"expected an object in {names[0]}")
    return found


def _complete_keys(element: etree._Element, step: Step) -> None:
    """Give a list entry the keys that the URI has; those that it has itself must be the same."""
    for tag, key in zip(step.node.keys, step.keys or (), strict=False):
        node, leaf = step.node.children[tag], element.find(tag)
        if leaf is not None and uri_value(leaf, node, {}) != key:
            raise problems.key_differs(step.node.path)
        if leaf is None:
            _insert_key(element, node, key)


def _insert_key(element: etree._Element, node: SchemaNode, key: str) -> None:
    identity = node.value.identity_named(key) if node.value and node.value.identities else None
    leaf = element.makeelement(node.tag, nsmap={identity.prefix: identity.namespace} if identity else None)
    leaf.text = f"{identity.prefix}:{identity.name}" if identity else key
    element.insert(0, leaf)
