"""What a stage is given, with everything behind it in memory: real clients, a small region, and stand-ins for Vault and its locks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx

from dcr.curity.runtime.client_registration import ClientRegistration
from dcr.curity.runtime.oauth import OAuth
from dcr.errors import LostLock, Refused
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import Clock
from dcr.konnect.client import Konnect
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.portal.client import Portal
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import Run
from dcr.systems import Systems
from dcr.vault import paths
from dcr.vault.client import VaultSecret
from tests.unit.curity.runtime.registrar import Registrar
from tests.unit.konnect.region import EMAIL, KONNECT, PASSWORD, PORTAL, TOKEN, Region

HOSTS = ("eu.api.konghq.com:443", "acme.edge.eu.portal.konghq.com:443", "curity.example:8443")
ISSUER = "https://curity.example:8443/oauth/v2/oauth-anonymous"
FACTS = {"issuer": ISSUER, "token_endpoint": "https://curity.example:8443/oauth/v2/oauth-token", "initial_client.version": "1"}


class FakeVault:
    """Keeps values by path; versions count up."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[dict[str, str], int]] = {}
        self.foreign: set[str] = set()
        self.put_fails: list[Exception] = []

    def ref(self, path: str) -> str:
        return f"vault://dcr/{path}"

    def read(self, path: str) -> VaultSecret | None:
        if path not in self.kept:
            return None
        values, version = self.kept[path]
        return VaultSecret({name: Secret(value) for name, value in values.items()}, version, path not in self.foreign)

    def put(self, path: str, values: Mapping[str, str | Secret], *, expect: int | None = None) -> int:
        if self.put_fails:
            raise self.put_fails.pop(0)
        plain = {name: value if isinstance(value, str) else value.get_secret_value() for name, value in values.items()}
        version = self.kept.get(path, ({}, 0))[1] + 1
        self.kept[path] = (plain, version)
        return version


class FakeLocks:
    """Knows who holds what. The tenant's lock is held by the run around the stage."""

    def __init__(self) -> None:
        self.held = {paths.tenant_lock("acme")}
        self.history: list[str] = []

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[None]:
        self.held.add(path)
        self.history.append(f"hold {path}")
        try:
            yield
        finally:
            self.held.discard(path)

    def renew(self, path: str) -> None:
        self.history.append(f"renew {path}")
        self.require(path)

    def require(self, path: str) -> None:
        if path not in self.held:
            raise LostLock(f"vault: {path}", "is not held any more", "Run again.")


@dataclass
class Surroundings:
    """One region with its Vault, and runs in it."""

    region: Region = field(default_factory=Region)
    vault: FakeVault = field(default_factory=FakeVault)
    locks: FakeLocks = field(default_factory=FakeLocks)
    curity: Registrar = field(default_factory=Registrar)
    now: float = 0.0
    portals: dict[str, Portal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.consistency = EventualConsistency(Clock(lambda: self.now, self._sleep))
        client = httpx.Client(base_url=KONNECT, transport=httpx.MockTransport(self.region))
        self.konnect = Konnect(client, lambda: Secret(TOKEN), HOSTS, self.consistency)
        self.run_time = httpx.Client(transport=httpx.MockTransport(self.curity))

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def portal(self, url: str, developer: str) -> Portal:
        """One session a portal and developer, which knows its login's path in Vault."""
        if url not in self.portals:
            client = httpx.Client(base_url=url, transport=httpx.MockTransport(self.region))
            login = lambda: BasicCredentials(EMAIL, Secret(PASSWORD))  # noqa: E731
            self.portals[url] = Portal(client, login, HOSTS, self.consistency)
        return self.portals[url]

    def run(
        self, tenant: Tenant | None = None, platform: Platform | None = None, *, write: bool = True, replace: Iterable[str] = ()
    ) -> Run:
        """One attempt at one step."""
        systems = SimpleNamespace(
            vault=self.vault,
            konnect=self.konnect,
            locks=self.locks,
            oauth=OAuth(self.run_time, HOSTS),
            registration=ClientRegistration(self.run_time, HOSTS),
            gateway=SimpleNamespace(call=_no_gateway),
            clock=Clock(lambda: self.now, self._sleep),
            portal=self.portal,
            settings=SimpleNamespace(portal=SimpleNamespace(url=None)),
        )
        return Run(cast(Systems, systems), platform or a_platform(), tenant or a_tenant(), write, replace=frozenset(replace))

    def with_initial_client(self) -> Surroundings:
        """The initial client's secret is in Vault."""
        self.vault.kept[paths.initial_client()] = ({"client_id": "konnect-dcr", "client_secret": "initial-secret"}, 1)
        return self

    def with_portal(self) -> Surroundings:
        """A portal with two linked APIs, an approved developer whose login is in Vault, and what the platform binds to it."""
        self.region.add(
            self.region.portals,
            name="acme-portal",
            authentication_enabled=True,
            auto_approve_applications=False,
            canonical_domain=PORTAL.removeprefix("https://"),
        )
        self.region.add(self.region.developers, email=EMAIL, status="approved")
        for name, version in (("Orders", "v1"), ("Payments", None)):
            api = self.region.add(self.region.apis, name=name, version=version)
            service = {"id": self.region.new_id(), "control_plane_id": self.region.new_id()}
            self.region.add(self.region.implementations, api_id=api["id"], service=service)
        self.vault.kept[paths.developer("acme")] = ({"email": EMAIL, "password": PASSWORD}, 1)
        self.vault.foreign.add(paths.developer("acme"))
        return self


def _no_gateway(*_request: Any) -> GatewayAnswer:
    """What a gateway shows is the smoke test's matter."""
    raise Refused("gateway", "is not part of these tests", "Ask it in the smoke test's.")


def a_platform(**rules: Any) -> Platform:
    """A platform that lets a tenant's run change the platform's part, unless the rules say otherwise."""
    return Platform.model_validate(
        {
            "name": "test",
            "curity": {"admin_url": "https://curity.example:6749/admin/api/restconf"},
            "konnect": {"url": KONNECT},
            "vault": {"url": "https://vault.example:8200"},
            "gateway": {"url": "https://gateway.example"},
            "rules": {"allowed_hosts": list(HOSTS), "profile_changes": "apply"} | rules,
        }
    )


def a_tenant(**values: Any) -> Tenant:
    """A tenant with two APIs and one application that uses both."""
    return Tenant.model_validate(
        {
            "slug": "acme",
            "portal": "acme-portal",
            "apis": [{"name": "Orders", "version": "v1", "path": "/orders"}, {"name": "Payments", "path": "/payments"}],
            "applications": [{"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback"}],
            "owner": EMAIL,
            "requested_by": "Ada",
        }
        | values
    )
