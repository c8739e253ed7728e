"""Curity's admin interface in process, and the words its tests use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from lxml import etree
from starlette.testclient import TestClient

import sandbox.curity
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf import create_app
from sandbox.readings import default_readings

OWN_EXPORT = Path(sandbox.curity.__file__).with_name("default.xml")
RUNTIME_URL = "https://runtime.example:8443"
PARAMETERS = {"*BASE_URL": RUNTIME_URL, "*PROTOCOL": "https"}
USER, PASSWORD = "admin", "pass word"
JSON, XML = "application/yang-data+json", "application/yang-data+xml"
PROFILE = "/base:profiles/profile=token-service,oauth-service"
AUTHORIZATION_SERVER = f"{PROFILE}/settings/profile-oauth:authorization-server"
CLIENTS = f"{AUTHORIZATION_SERVER}/client-store/config-backed"
ISSUERS = f"{PROFILE}/token-issuers"
DCR = f"{AUTHORIZATION_SERVER}/dynamic-client-registration"
ROLE = "/base:environments/environment/services/service-role=default"
NAMESPACES = {"base": "https://curity.se/ns/conf/base", "as": "https://curity.se/ns/conf/profile/oauth"}
CONFD_DIALECT: dict[str, str] = {}
OTHER_DIALECT = {
    "curity.leafref-error": "409-data-missing",
    "curity.must-error": "412-operation-failed",
    "curity.mandatory-error": "400-missing-element",
    "curity.unknown-element-error": "400-unknown-element",
    "curity.value-error": "400-bad-element",
    "curity.two-cases": "400",
    "curity.same-entry-twice": "refused",
    "curity.delete-absent": "409",
    "curity.parameter-over-restconf": "literal",
}

REGISTRATION = {
    "client-data-source": "default-datasource",
    "non-templatized": {
        "capabilities": {"client-credentials": [None]},
        "scopes": {"all": [None]},
        "client-authentication-method": {"secret": {}},
        "authenticate-client-by": ["order-batch"],
    },
    "client-management": {},
}


class Admin:
    """A datastore and a client of its admin interface that asks for JSON."""

    def __init__(self, export: bytes | None = None, **readings: str) -> None:
        """`readings`: `unset_leaf="404"` is reading 404 of fact curity.unset-leaf."""
        self.readings = default_readings({f"curity.{name.replace('_', '-')}": value for name, value in readings.items()})
        self.datastore = Datastore(OWN_EXPORT.read_bytes() if export is None else export, PARAMETERS, self.readings)
        self.http: httpx.Client = TestClient(
            create_app(self.datastore, self.readings, {USER: PASSWORD}),
            base_url="https://localhost/admin/api/restconf/data/",
            headers={"Accept": JSON},
            follow_redirects=False,
        )
        self.http.auth = (USER, PASSWORD)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def read(self, path: str, **query: str) -> Any:
        """What stands at a path: the value of the answer's one member."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        (value,) = answer.json().values()
        return value

    def patch(self, path: str, body: dict[str, Any], **query: str) -> httpx.Response:
        return self.http.patch(path, json=body, params=query or None, headers={"Content-Type": JSON})

    def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.http.put(path, json=body, headers={"Content-Type": JSON})

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.http.post(path, json=body, headers={"Content-Type": JSON})

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path)

    def patch_xml(self, body: str | bytes, path: str = "") -> httpx.Response:
        return self.http.patch(path, content=body, headers={"Content-Type": XML})

    def found(self, xpath: str) -> list[etree._Element]:
        """Elements of the export."""
        found = etree.fromstring(self.datastore.export()).xpath(xpath, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return [one for one in found if isinstance(one, etree._Element)]


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and tag of a refusal in JSON."""
    (found,) = answer.json()["ietf-restconf:errors"]["error"]
    return answer.status_code, found["error-tag"]


def message(answer: httpx.Response) -> str:
    """The message of a refusal in JSON."""
    (found,) = answer.json()["ietf-restconf:errors"]["error"]
    return str(found["error-message"])


def client(client_id: str, **members: Any) -> dict[str, Any]:
    """A body with one client that has client-credentials."""
    return {"profile-oauth:client": [{"id": client_id, "capabilities": {"client-credentials": [None]}, **members}]}


def enable(admin: Admin) -> None:
    """Turn registration on, with order-batch as the registrant."""
    assert admin.put(DCR, {"profile-oauth:dynamic-client-registration": REGISTRATION}).status_code == 201
