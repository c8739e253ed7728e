"""Writes as XML what RESTCONF answers beside configuration: errors, its own state, results. Their JSON form is the source of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from sandbox.curity.configuration.elements import new_element

RESTCONF = "urn:ietf:params:xml:ns:yang:ietf-restconf"
YANG_PATCH = "urn:ietf:params:xml:ns:yang:ietf-yang-patch"
_NAMESPACES = {
    "ietf-restconf": RESTCONF,
    "ietf-restconf-monitoring": "urn:ietf:params:xml:ns:yang:ietf-restconf-monitoring",
    "ietf-yang-library": "urn:ietf:params:xml:ns:yang:ietf-yang-library",
    "ietf-yang-patch": YANG_PATCH,
}


def as_xml(resource: Mapping[str, Any]) -> etree._Element:
    """An object with one member, named with its module, as an element."""
    ((name, content),) = resource.items()
    element = new_element(_tag(name, RESTCONF))
    _fill(element, content)
    return element


def _fill(element: etree._Element, content: Any) -> None:
    if not isinstance(content, dict):
        element.text = None if content is None else str(content)
        return
    namespace = str(etree.QName(element).namespace)
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            child = new_element(_tag(name, namespace))
            element.append(child)
            _fill(child, one)


def _tag(name: str, namespace: str) -> str:
    module, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[module] if module else namespace}}}{local}"
