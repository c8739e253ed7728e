"""A configuration in XML as the JSON of a RESTCONF answer, in each open reading (docs/vendors/curity.md, Empty nodes, Names in URIs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from lxml import etree

from dcr.curity.admin.client import CurityAdmin
from tests.unit.curity.admin.admin_side import DATA, make_admin
from tests.unit.curity.admin.exports import NAMESPACES, PROFILE

LISTS = frozenset(
    (
        *("profile", "service-role", "endpoint", "custom-token-issuer", "client", "property"),
        *("data-source", "signing-key", "signature-verification-key", "server-keystore"),
    )
)
LEAF_LISTS = frozenset(("endpoints", "authenticate-client-by", "authenticate-user-by", "redirect-uris", "audience"))
BOOLEANS = {"true": True, "false": False}
IDENTITIES = frozenset(("type", "issuer-type", "purpose-type", "endpoint-kind"))
MODULES = {
    "https://curity.se/ns/conf/base": "base",
    "https://curity.se/ns/conf/profile/oauth": "profile-oauth",
}


@dataclass(frozen=True)
class Dialect:
    """What is open about the JSON that a server answers with."""

    prefixes: bool = True  # of members, on a change of module
    identity_prefixes: bool = False  # of enumeration values too
    empty: Any = (None,)  # how an element without content is told
    lone_entry_as_object: bool = False

    def __str__(self) -> str:
        return f"prefixes={self.prefixes} identities={self.identity_prefixes} empty={self.empty} objects={self.lone_entry_as_object}"


DIALECTS = (
    Dialect(),
    Dialect(prefixes=False),
    Dialect(empty={}),
    Dialect(identity_prefixes=True),
    Dialect(lone_entry_as_object=True),
    Dialect(prefixes=False, identity_prefixes=True, empty={}, lone_entry_as_object=True),
)


def told(config: etree._Element, dialect: Dialect = DIALECTS[0]) -> CurityAdmin:
    """A client of a server that has this configuration and can only be read."""

    def answered(request: httpx.Request) -> httpx.Response:
        path = str(request.url.copy_with(query=None)).removeprefix(f"{DATA}/")
        of_a_profile, ours = path.startswith("base:profiles/profile="), path.startswith("base:profiles/profile=token-service,")
        found = None if of_a_profile and not ours else config.find(PROFILE if ours else _in_xml(path), NAMESPACES)
        return httpx.Response(404) if found is None else httpx.Response(200, json=answer(found, dialect))

    return make_admin(answer=answered)


def _in_xml(path: str) -> str:
    return "/".join(step if ":" in step else f"base:{step}" for step in path.split("/"))


def answer(element: etree._Element, dialect: Dialect) -> dict[str, Any]:
    """The element as the one member of an answer."""
    name = etree.QName(element).localname
    value = _value(element, dialect)
    return {_named(element, None, dialect): [value] if name in LISTS and not dialect.lone_entry_as_object else value}


def _named(element: etree._Element, parent: etree._Element | None, dialect: Dialect) -> str:
    name = etree.QName(element)
    same = parent is not None and etree.QName(parent).namespace == name.namespace
    module = MODULES.get(name.namespace or "", "plugin")
    return f"{module}:{name.localname}" if dialect.prefixes and not same else name.localname


def _value(element: etree._Element, dialect: Dialect) -> Any:
    name, text = etree.QName(element).localname, (element.text or "").strip()
    if len(element):
        return _members(element, dialect)
    if not text:
        return list(dialect.empty) if isinstance(dialect.empty, tuple) else dialect.empty
    if name in IDENTITIES:
        return _identity(name, text, dialect)
    return BOOLEANS.get(text, text)


def _identity(name: str, text: str, dialect: Dialect) -> str:
    value = text.rpartition(":")[2]
    if name == "type":
        return f"profile-oauth:{value}"
    return f"base:{value}" if dialect.identity_prefixes else value


def _members(element: etree._Element, dialect: Dialect) -> Mapping[str, Any]:
    members: dict[str, Any] = {}
    for child in element:
        name, value = etree.QName(child).localname, _value(child, dialect)
        listed = name in (LISTS if len(child) else LEAF_LISTS) and (len(child) or (child.text or "").strip())
        key = _named(child, element, dialect)
        if key in members:
            members[key] = [*(members[key] if isinstance(members[key], list) else [members[key]]), value]
        else:
            members[key] = [value] if listed and not dialect.lone_entry_as_object else value
    return members
