"""A configuration that is read as JSON and takes merges in XML: enough of a RESTCONF server to see what a stage leaves behind."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from lxml import etree
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.curity.admin.client import CurityAdmin
from dcr.secret import BasicCredentials, Secret
from tests.unit.curity.admin.exports import NAMESPACES, parse
from tests.unit.curity.admin.restconf import Dialect, answer

KEYS = {
    "profile": ("id", "type"),
    "custom-token-issuer": ("id", "issuer-type", "purpose-type"),
    "property": ("key",),
    "service-role": ("id",),
    "endpoint": ("id",),
    "client": ("id",),
}
LEAF_LISTS = ("endpoints", "authenticate-client-by")
ROOT = "/admin/api/restconf/data"
ADDRESS = "https://curity.example:6749/admin/api/restconf"
PROFILE = "base:profiles/base:profile[base:id='token-service']"


@dataclass
class Datastore:
    """Keeps a configuration, and what it was sent."""

    config: etree._Element
    dialect: Dialect = field(default_factory=Dialect)
    deaf: bool = False  # says 204 and changes nothing
    shows_secrets: bool = True
    requests: list[httpx.Request] = field(default_factory=list)
    before_patch: Callable[[], None] = lambda: None

    def admin(self) -> CurityAdmin:
        """A client that talks to this datastore."""
        client = httpx.Client(base_url=ADDRESS, transport=httpx.MockTransport(self._answer))
        return CurityAdmin(client, lambda: BasicCredentials("admin", Secret("Password1")), ("curity.example:6749",))

    @property
    def patches(self) -> list[bytes]:
        return [request.content for request in self.requests if request.method == "PATCH"]

    def texts(self, path: str) -> list[str]:
        """What stands at an XPath below the root; empty elements as ''."""
        return [element.text or "" for element in self.config.iterfind(path, NAMESPACES)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "PATCH":
            self.before_patch()
            if not self.deaf:
                merge(self.config, parse(request.content))
            return httpx.Response(204)
        found = self._subtree(request.url.path.removeprefix(ROOT).strip("/"))
        if found is None:
            return httpx.Response(
                404, json={"errors": {"error": [{"error-tag": "invalid-value", "error-message": "uri keypath not found"}]}}
            )
        return httpx.Response(200, content=json.dumps(answer(found, self.dialect)), headers={"Content-Type": "application/yang-data+json"})

    def _subtree(self, path: str) -> etree._Element | None:
        if path.startswith("base:profiles/profile="):
            wanted = path.partition("=")[2].split(",")[0]
            found = self.config.find(f"base:profiles/base:profile[base:id='{wanted}']", NAMESPACES)
        else:
            steps = (step if ":" in step else f"base:{step}" for step in path.split("/"))
            found = self.config.find("/".join(steps), NAMESPACES)
        if found is None or self.shows_secrets:
            return found
        seen = copy.deepcopy(found)
        for secret in seen.findall(".//as:secret", NAMESPACES):
            if secret.text:
                secret.getparent().remove(secret)  # type: ignore[union-attr]  # it was found below something
        return seen


def merge(into: etree._Element, edit: etree._Element) -> None:
    """As a plain PATCH does: entries by key, leaves replaced, leaf-lists added to, one case of a choice instead of another."""
    for child in edit:
        found = _same(into, child)
        if found is None:
            _drop_other_cases(into, child)
            into.append(_stored(copy.deepcopy(child)))
        elif len(child):
            merge(found, child)
        else:
            found.text = _stored(copy.deepcopy(child)).text


def _same(into: etree._Element, child: etree._Element) -> etree._Element | None:
    name = etree.QName(child).localname
    for other in into.findall(child.tag):
        if name in LEAF_LISTS and not len(child):
            if other.text == child.text:
                return other
        elif all(_key(other, key) == _key(child, key) for key in KEYS.get(name, ()) if len(child)):
            return other
    return None


def _key(entry: etree._Element, key: str) -> str | None:
    return entry.findtext(f"{{*}}{key}")


def _drop_other_cases(into: etree._Element, child: etree._Element) -> None:
    if etree.QName(child).localname == "authenticate-client-by":
        for case in ("no-authentication", "authenticate-user-by", "mutual-tls", "mutual-tls-by-proxy"):
            for other in into.findall(f"{{*}}{case}"):
                into.remove(other)


def _stored(element: etree._Element) -> etree._Element:
    for secret in element.iter(f"{{{NAMESPACES['as']}}}secret"):
        if secret.text and not secret.text.startswith("$5$"):
            secret.text = sha256_crypt.using(rounds=5000).hash(secret.text)
    return element
