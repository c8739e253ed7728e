"""One organisation with its portal and gateway, without sockets; every answer is judged by the vendor's documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from sandbox.gateway.app import create_app as create_gateway_app
from sandbox.gateway.decision import Gateway
from sandbox.konnect.app import create_app as create_konnect_app
from sandbox.konnect.knobs import KonnectKnobs
from sandbox.konnect.seed import DEVELOPER_EMAIL, PORTAL_NAME, Seed
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, ControlPlane, Developer, Organization, Portal, Team, Thing
from sandbox.portal.app import create_app as create_portal_app
from sandbox.readings import Readings, default_readings
from tests.contract.judge import JUDGED, Judge
from tests.reference import REFERENCE
from tests.sandbox.konnect.identity_provider import DISCOVERY, INITIAL, IdentityProvider

TOKEN, PASSWORD = "kpat_of-the-test", "the developer's password"


@dataclass
class Region:
    """What a test asks, and what it looks at behind the answers."""

    org: Organization
    service: KonnectService
    gateway: Gateway
    readings: Readings
    idp: IdentityProvider
    apps: dict[str, Starlette]
    konnect: httpx.Client
    portal: httpx.Client
    gate: httpx.Client

    def id(self, kind: type[Thing], name: str) -> str:
        """The id of an object, by its name."""
        return next(one.id for one in self.org.all(kind) if getattr(one, "name", "") == name)

    @property
    def portal_id(self) -> str:
        return self.id(Portal, PORTAL_NAME)

    @property
    def orders(self) -> str:
        return self.id(Api, "Orders")

    @property
    def plane(self) -> str:
        return self.org.all(ControlPlane)[0].id

    @property
    def developer_id(self) -> str:
        return next(one.id for one in self.org.all(Developer) if one.email == DEVELOPER_EMAIL)

    @property
    def team_id(self) -> str:
        return next(one.id for one in self.org.all(Team) if one.portal_id == self.portal_id)

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The platform API."""
        return self.konnect.request(method, path, json=body)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The platform API, which must do it."""
        return _done(self.ask(method, path, body))

    def log_in(self, email: str = DEVELOPER_EMAIL, password: str = PASSWORD) -> httpx.Response:
        """At the portal; the cookies stay."""
        return self.portal.post("/api/v3/developer/authenticate", json={"username": email, "password": password})

    def at_portal(self, method: str, path: str, body: Any = None) -> Any:
        """The portal's API, which must do it."""
        return _done(self.portal.request(method, f"/api/v3{path}", json=body))

    def provider(self, name: str = "curity", **more: Any) -> Any:
        """A DCR provider for the identity provider of the test."""
        config = {"initial_client_id": INITIAL[0], "initial_client_secret": INITIAL[1]}
        body = {"name": name, "provider_type": "curity", "issuer": DISCOVERY, "dcr_config": config, **more}
        return self.done("POST", "/v2/dcr-providers", body)

    def strategy(self, provider_id: str | None, name: str = "curity", **config: Any) -> Any:
        """An auth strategy with that provider."""
        plugin = {
            "issuer": DISCOVERY,
            "credential_claim": ["sub"],
            "scopes": [],
            "auth_methods": ["client_credentials", "bearer"],
            **config,
        }
        body = {"name": name, "display_name": "Curity", "strategy_type": "openid_connect", "configs": {"openid-connect": plugin}}
        return self.done("POST", "/v2/application-auth-strategies", {**body, "dcr_provider_id": provider_id})

    def publish(self, strategy_id: str | None, api: str = "Orders", **more: Any) -> Any:
        """An API at the portal; None: without a strategy."""
        body = {"auth_strategy_ids": [strategy_id] if strategy_id else None, **more}
        return self.done("PUT", f"/v3/apis/{self.id(Api, api)}/publications/{self.portal_id}", body)

    def bound(self, *, auto_approve: bool = True, **config: Any) -> str:
        """Provider, strategy and the publication of Orders; the strategy's id."""
        strategy_id = str(self.strategy(self.provider()["id"], **config)["id"])
        self.publish(strategy_id, auto_approve_registrations=auto_approve)
        return strategy_id

    def application(self, strategy_id: str, **more: Any) -> Any:
        """An application of the developer, made at the portal, with its secret."""
        self.log_in()
        return self.at_portal("POST", "/applications", {"name": "client", "auth_strategy_id": strategy_id, **more})

    def register(self, application: Any) -> Any:
        """Its registration for Orders."""
        return self.at_portal("POST", f"/applications/{application['id']}/registrations", {"api_id": self.orders})

    def call(self, application: Any = None, path: str = "/orders", **request: Any) -> httpx.Response:
        """A request through the gateway, with the application's pair."""
        auth = (application["client_id"], application["client_secret"]) if application else None
        return self.gate.get(path, auth=auth, **request)

    def refused(self, response: httpx.Response) -> tuple[int, list[tuple[str, str]]]:
        """The status of a refusal, and its faulty fields with their rules."""
        entries = response.json().get("invalid_parameters", [])
        return response.status_code, [(entry["field"], entry["rule"]) for entry in entries]


def _done(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


def build_region(judge: Judge | None = None) -> Region:
    """The initial world, with its answers judged or not."""
    idp, readings = IdentityProvider(), default_readings()
    org = Organization(Seed(TOKEN, PASSWORD), random_seed=1)
    service = KonnectService(org, readings, idp.client(), KonnectKnobs())
    gateway = Gateway(org, readings, idp.client())
    if judge:
        judge.readings = readings
    portal_id = next(one.id for one in org.all(Portal) if one.name == PORTAL_NAME)
    apps = {
        "konnect": create_konnect_app(service),
        "portal": create_portal_app(service, portal_id),
        "gateway": create_gateway_app(gateway),
    }
    konnect, portal, gate = (_client(system, app, judge) for system, app in apps.items())
    konnect.headers["Authorization"] = f"Bearer {TOKEN}"
    return Region(org, service, gateway, readings, idp, apps, konnect, portal, gate)


@pytest.fixture
def region(count: Callable[[str, int], None]) -> Iterator[Region]:
    """The initial world. At the end no answer may have broken the vendor's documents."""
    judge = Judge(REFERENCE / "konnect", {}) if REFERENCE else None
    yield build_region(judge)
    if judge:
        count(JUDGED, judge.judged.total())
        # Requests that are wrong on purpose are judged too; only the answers count here.
        broken = [found for found in sorted(set(judge.violations)) if found.startswith("answer")]
        assert not broken, "\n".join(broken)


def _client(system: str, app: ASGIApp, judge: Judge | None) -> httpx.Client:
    return TestClient(judge.middleware(system, app) if judge else app, base_url=f"https://{system}.example")
