"""Settings as one XML document: Curity takes it as one transaction, and XML leaves open what JSON would have to guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from lxml import etree

from dcr.curity.admin.nodes import Key, Node, Path, display
from dcr.errors import Refused
from dcr.secret import Secret

RESTCONF_ROOT = etree.QName("urn:ietf:params:xml:ns:yang:ietf-restconf", "data")
IDENTITY_PREFIX = "as"


@dataclass(frozen=True, slots=True)
class Edit:
    """One setting that is to be there. Merging it in leaves everything else as it is."""

    path: Path
    value: str | Secret | None = None  # None: it says what it says by being there
    member: bool = False  # one value of a leaf-list
    instead_of: str = ""  # the case of a choice that it replaces


def document(edits: Iterable[Edit], root: etree.QName = RESTCONF_ROOT) -> bytes:
    """Render edits as the body of `PATCH …/data`; the same edits under another root make a fragment for a file.

    Equal edits give equal bytes. Keys come first in a list entry, a namespace is declared where it changes.

    Raises:
        Refused: a value holds a character that XML cannot carry.

    Source: docs/vendors/curity.md, RESTCONF edits, Configuration files.
    """
    top = etree.Element(root, nsmap=_as_default(root.namespace))
    for edit in edits:
        try:
            _merge(top, edit)
        except ValueError:  # lxml names no value in it, but the path helps more
            raise Refused(display(edit.path), "holds a character that XML cannot carry", "Remove control characters from it.") from None
    etree.indent(top)
    return etree.tostring(top, encoding="utf-8", xml_declaration=True)


def _merge(top: etree._Element, edit: Edit) -> None:
    *containers, last = edit.path
    parent = top
    for node in containers:
        parent = _reached(parent, node)
    if edit.value is None:
        _reached(parent, last)
    else:
        value = edit.value.get_secret_value() if isinstance(edit.value, Secret) else edit.value
        _added(parent, last).text = value


def _reached(parent: etree._Element, node: Node) -> etree._Element:
    for child in parent.iterfind(_tag(parent, node)):
        if all(child[place].text == _key_text(key) for place, key in enumerate(node.keys)):
            return child
    return _added(parent, node)


def _added(parent: etree._Element, node: Node) -> etree._Element:
    child = etree.SubElement(parent, _tag(parent, node), nsmap=_as_default(node.namespace))
    for key in node.keys:
        prefixes = {IDENTITY_PREFIX: key.identity_of} if key.identity_of else None
        etree.SubElement(child, _tag(child, Node(key.name)), nsmap=prefixes).text = _key_text(key)
    return child


def _as_default(namespace: str | None) -> Mapping[str, str]:
    # lxml's word for "no prefix" is None, which its stubs do not know.
    return cast("Mapping[str, str]", {None: namespace} if namespace else {})


def _key_text(key: Key) -> str:
    return f"{IDENTITY_PREFIX}:{key.value}" if key.identity_of else key.value


def _tag(parent: etree._Element, node: Node) -> str:
    return f"{{{node.namespace or etree.QName(parent).namespace}}}{node.name}"
