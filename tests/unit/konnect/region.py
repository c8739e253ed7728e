"""A small Konnect region with one Dev Portal, in memory: just enough for our own calls, so that stages can be run to their end.

It is no stand-in for the vendor: our calls are judged by its documents, and nothing else is checked but what these tests are about.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from tests.contract.requests import require_documented

KONNECT, PORTAL = "https://eu.api.konghq.com", "https://acme.edge.eu.portal.konghq.com"
TOKEN, EMAIL, PASSWORD = "kpat_test", "svc@acme.example", "portal-password"
TIME = "2026-11-23T00:00:{:02d}.000Z"

Object = dict[str, Any]
Answer = tuple[int, Any]


@dataclass
class Region:
    """What is there, what was sent, and what goes wrong once."""

    providers: list[Object] = field(default_factory=list)
    strategies: list[Object] = field(default_factory=list)
    portals: list[Object] = field(default_factory=list)
    developers: list[Object] = field(default_factory=list)
    teams: list[Object] = field(default_factory=list)
    members: list[Object] = field(default_factory=list)
    apis: list[Object] = field(default_factory=list)
    implementations: list[Object] = field(default_factory=list)
    publications: dict[str, Object] = field(default_factory=dict)  # by API id
    applications: list[Object] = field(default_factory=list)
    registrations: list[Object] = field(default_factory=list)
    basic_auth: bool = True
    regenerates: bool = True
    verification: Object = field(default_factory=lambda: {"status": "success", "errors": []})
    sent: list[tuple[str, str, Any]] = field(default_factory=list)  # method, path, body
    mishaps: dict[tuple[str, str], list[Callable[[Callable[[], httpx.Response]], httpx.Response]]] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(1))

    def new_id(self) -> str:
        return str(UUID(int=next(self.ids), version=4))

    def add(self, kind: list[Object], **values: Any) -> Object:
        """Put an object there, as if it had always been."""
        number = next(self.ids)
        stamped = {"id": str(UUID(int=number, version=4)), "created_at": TIME.format(number % 60), "updated_at": TIME.format(number % 60)}
        kind.append(stamped | values)
        return kind[-1]

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of all that was sent to change something, logins apart."""
        return [(method, path) for method, path, _ in self.sent if method != "GET" and not path.endswith("/authenticate")]

    def once(self, method: str, path: str, mishap: Callable[[Callable[[], httpx.Response]], httpx.Response]) -> None:
        """The next call whose method and path match is given to the mishap, with a way to carry it out."""
        self.mishaps.setdefault((method, path), []).append(mishap)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """As a transport's handler. The body is streamed, as from a network: only then httpx measures the time it took."""
        require_documented("konnect" if request.url.host in KONNECT else "portal", request)
        answered = self._handle(request)
        return httpx.Response(answered.status_code, headers=answered.headers, stream=httpx.ByteStream(answered.content))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.sent.append((request.method, request.url.path, copy.deepcopy(body)))
        for (method, path), waiting in self.mishaps.items():
            if waiting and method == request.method and re.fullmatch(path, request.url.path):
                return waiting.pop(0)(lambda: self._answer(request, body))
        return self._answer(request, body)

    def _answer(self, request: httpx.Request, body: Any) -> httpx.Response:
        refused = self._unknown_caller(request)
        if refused:
            return refused
        for pattern, methods in ROUTES:
            match = re.fullmatch(pattern, request.url.path)
            if match and request.method in methods:
                answered = methods[request.method](self, request, body, **match.groupdict())
                return answered if isinstance(answered, httpx.Response) else response(*answered)
        return problem(404, "Not Found", f"{request.method} {request.url.path}")

    def _unknown_caller(self, request: httpx.Request) -> httpx.Response | None:
        if request.url.host in KONNECT:
            known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        else:
            known = request.url.path.endswith("/authenticate") or "portalaccesstoken=session" in request.headers.get("cookie", "")
        return None if known else problem(401, "Unauthorized", "A valid token is required")

    # DCR providers and auth strategies

    def create_provider(self, _request: httpx.Request, body: Any) -> Answer:
        made = self.add(self.providers, active=False, **body)
        return 201, shown_provider(made)

    def change_provider(self, _request: httpx.Request, body: Any, id: str) -> Answer:
        found = by_id(self.providers, id)
        labels, config = found.get("labels", {}) | body.pop("labels", {}), found["dcr_config"] | body.pop("dcr_config", {})
        found.update(body, labels=labels, dcr_config=config)
        return 200, shown_provider(found)

    def verify(self, _request: httpx.Request, _body: Any, id: str) -> Answer:
        by_id(self.providers, id)
        return 200, self.verification

    def create_strategy(self, _request: httpx.Request, body: Any) -> Answer:
        provider = {"id": body.pop("dcr_provider_id"), "name": "curity", "provider_type": "curity"}
        return 201, self.add(self.strategies, active=False, dcr_provider=provider, **body)

    def change_strategy(self, _request: httpx.Request, body: Any, id: str) -> Answer:
        found = by_id(self.strategies, id)
        labels = found.get("labels", {}) | body.pop("labels", {})
        provider = {"id": body.pop("dcr_provider_id"), "name": "curity", "provider_type": "curity"}
        found.update(body, labels=labels, dcr_provider=provider)
        return 200, found

    # publications

    def publish(self, _request: httpx.Request, body: Any, id: str) -> Answer:
        self.publications[id] = {"api_id": id} | body
        return 200, self.publications[id]

    def api_registrations(self, request: httpx.Request, _body: Any, id: str) -> Answer:
        status = request.url.params["filter[status][eq]"]
        return page(request, [one for one in self.registrations if one["api"]["id"] == id and one["status"] == status])

    # the portal, as its developer sees it

    def authenticate(self, _request: httpx.Request, body: Any) -> httpx.Response:
        if body != {"username": EMAIL, "password": PASSWORD}:
            return problem(401, "Invalid Credentials", "You have entered an invalid email or password.")
        cookie = "portalaccesstoken=session; Path=/; HttpOnly; Secure; SameSite=None"
        return httpx.Response(204, headers={"set-cookie": cookie})

    def create_application(self, _request: httpx.Request, body: Any) -> Answer:
        strategy = {"id": body.pop("auth_strategy_id"), "name": "curity-dcr", "credential_type": "client_credentials", "auth_methods": []}
        made = self.add(self.applications, auth_strategy=strategy, client_id=self.new_id(), **({"description": ""} | body))
        return 201, made | {"client_secret": f"secret-of-{made['client_id']}"}

    def change_application(self, _request: httpx.Request, body: Any, id: str) -> Answer:
        by_id(self.applications, id).update(body)
        return 200, by_id(self.applications, id)

    def delete_application(self, _request: httpx.Request, _body: Any, id: str) -> Answer:
        self.applications.remove(by_id(self.applications, id))
        self.registrations = [one for one in self.registrations if one["application"]["id"] != id]
        return 204, None

    def regenerate(self, _request: httpx.Request, _body: Any, id: str) -> Answer | httpx.Response:
        if not self.regenerates:
            return problem(409, "Conflict", "the provider does not support it")
        client_id = by_id(self.applications, id)["client_id"]
        return 201, {"client_id": client_id, "client_secret": f"another-secret-of-{client_id}"}

    def register(self, _request: httpx.Request, body: Any, id: str) -> Answer | httpx.Response:
        if any(one["api"]["id"] == body["api_id"] and one["application"]["id"] == id for one in self.registrations):
            return problem(409, "Conflict", "already registered")
        status = "approved" if self.publications[body["api_id"]]["auto_approve_registrations"] else "pending"
        made = self.add(self.registrations, status=status, api={"id": body["api_id"]}, application={"id": id})
        return 201, {"id": made["id"], "status": status, "application_id": id, "api_id": body["api_id"]}

    # applications and registrations, as a portal's admin sees them

    def adopt_client(self, _request: httpx.Request, body: Any, **_ids: str) -> Answer:
        strategy = {"id": body.pop("auth_strategy_id"), "name": "curity-dcr", "credential_type": "client_credentials", "auth_methods": []}
        return 201, self.add(self.applications, auth_strategy=strategy, client_id=body.pop("dcr_client_id"), **({"description": ""} | body))

    def give_registration(self, _request: httpx.Request, body: Any, id: str) -> Answer:
        made = self.add(self.registrations, status=body["status"], api={"id": body["api_id"]}, application={"id": id})
        return 201, made

    def list_registrations(self, request: httpx.Request, _body: Any, id: str) -> Answer:
        return page(request, [one for one in self.registrations if one["application"]["id"] == id])

    def decide(self, _request: httpx.Request, body: Any, id: str, registration: str) -> Answer:
        found = by_id(self.registrations, registration)
        assert found["application"]["id"] == id
        found.update(body)
        return 200, found


def by_id(kind: list[Object], id: str) -> Object:
    found = [one for one in kind if one["id"] == id]
    if not found:
        raise NotThere(id)
    return found[0]


class NotThere(Exception):
    """Becomes a 404."""


def response(status: int, body: Any = None) -> httpx.Response:
    return httpx.Response(status) if body is None else httpx.Response(status, json=body)


def problem(status: int, title: str, detail: str = "", **more: Any) -> httpx.Response:
    document = {"status": status, "title": title, "detail": detail, "instance": "kong:trace:1"} | more
    return httpx.Response(status, json=document, headers={"content-type": "application/problem+json"})


def page(request: httpx.Request, found: list[Object]) -> Answer:
    """One page with all of it; filters by equality, by a comma list, or not at all."""
    for name, value in request.url.params.items():
        match = re.fullmatch(r"filter\[(\w+)\]\[(eq|oeq)\]", name)
        if match and match[1] not in ("status", "portal_id"):
            wanted = value.split(",") if match[2] == "oeq" else [value]
            found = [one for one in found if one[match[1]] in wanted]
    return 200, {"data": found, "meta": {"page": {"number": 1, "size": 10, "total": len(found)}}}


def shown_provider(provider: Object) -> Object:
    """The secret is write-only."""
    return provider | {"dcr_config": {"initial_client_id": provider["dcr_config"]["initial_client_id"]}}


def listing(kind: str, shown: Callable[[Object], Object] = lambda one: one) -> Callable[..., Answer]:
    return lambda region, request, _body, **_ids: page(request, [shown(one) for one in getattr(region, kind)])


def reading(kind: str, shown: Callable[[Object], Object] = lambda one: one) -> Callable[..., Any]:
    def read(region: Region, _request: httpx.Request, _body: Any, id: str) -> Any:
        try:
            return 200, shown(by_id(getattr(region, kind), id))
        except NotThere:
            return problem(404, "Not Found")

    return read


def _existing(operation: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(region: Region, request: httpx.Request, body: Any, **ids: str) -> Any:
        try:
            return operation(region, request, body, **ids)
        except NotThere:
            return problem(404, "Not Found")

    return guarded


ID, PORTALS = r"(?P<id>[^/]+)", r"/v3/portals/[^/]+"
ROUTES: list[tuple[str, dict[str, Callable[..., Any]]]] = [
    ("/v2/dcr-providers", {"GET": listing("providers", shown_provider), "POST": Region.create_provider}),
    (f"/v2/dcr-providers/{ID}", {"GET": reading("providers", shown_provider), "PATCH": _existing(Region.change_provider)}),
    (f"/v2/dcr-providers/{ID}/verify", {"POST": _existing(Region.verify)}),
    ("/v2/application-auth-strategies", {"GET": listing("strategies"), "POST": Region.create_strategy}),
    (f"/v2/application-auth-strategies/{ID}", {"GET": reading("strategies"), "PATCH": _existing(Region.change_strategy)}),
    ("/v3/portals", {"GET": listing("portals")}),
    (f"{PORTALS}/authentication-settings", {"GET": lambda region, *_: (200, {"basic_auth_enabled": region.basic_auth})}),
    (f"{PORTALS}/developers", {"GET": listing("developers")}),
    (f"{PORTALS}/teams", {"GET": listing("teams")}),
    (f"{PORTALS}/teams/[^/]+/developers", {"GET": listing("members")}),
    ("/v3/apis", {"GET": listing("apis")}),
    ("/v3/api-implementations", {"GET": listing("implementations")}),
    (f"{PORTALS}/api-publications", {"GET": lambda region, request, _: page(request, list(region.publications.values()))}),
    (
        f"/v3/apis/{ID}/publications/[^/]+",
        {"PUT": Region.publish, "GET": lambda region, _request, _body, id: (200, region.publications[id])},
    ),
    (f"/v3/apis/{ID}/registrations", {"GET": Region.api_registrations}),
    (f"{PORTALS}/applications", {"GET": listing("applications"), "POST": Region.adopt_client}),
    (
        f"{PORTALS}/applications/{ID}",
        {
            "GET": reading("applications"),
            "PATCH": _existing(Region.change_application),
            "DELETE": _existing(Region.delete_application),
        },
    ),
    (f"{PORTALS}/applications/{ID}/registrations", {"GET": Region.list_registrations, "POST": Region.give_registration}),
    (f"{PORTALS}/applications/{ID}/registrations/(?P<registration>[^/]+)", {"PATCH": _existing(Region.decide)}),
    ("/api/v3/developer/authenticate", {"POST": Region.authenticate}),
    ("/api/v3/applications", {"GET": listing("applications"), "POST": Region.create_application}),
    (
        f"/api/v3/applications/{ID}",
        {
            "GET": reading("applications"),
            "PATCH": _existing(Region.change_application),
            "DELETE": _existing(Region.delete_application),
        },
    ),
    (f"/api/v3/applications/{ID}/regenerate-secret", {"POST": _existing(Region.regenerate)}),
    (f"/api/v3/applications/{ID}/registrations", {"POST": Region.register}),
]
