"""Konnect, its Dev Portal and Curity's run time in process: the sandbox's own, wired to each other, with what its tests look at."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import httpx

from sandbox.curity.runtime.application import create_app as create_run_time_app
from sandbox.curity.runtime.keys import KeyStore
from sandbox.curity.runtime.node import Node
from sandbox.curity.runtime.secret_check import SecretCheck
from sandbox.curity.runtime.tokens import digest
from sandbox.konnect.app import create_app as create_konnect_app
from sandbox.konnect.catalogue_answers import domain
from sandbox.konnect.knobs import KonnectKnobs
from sandbox.konnect.seed import DEVELOPER_EMAIL, PORTAL_NAME, Seed
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import (
    Api,
    Application,
    Developer,
    Implementation,
    Organization,
    Portal,
    Provider,
    Publication,
    Registration,
    Strategy,
    Team,
    Thing,
)
from sandbox.portal.app import create_app as create_portal_app
from sandbox.readings import Readings, default_readings
from tests.in_process import InProcess, Traffic
from tests.sandbox.curity_runtime.configuration import BASE_URL as CURITY
from tests.sandbox.curity_runtime.configuration import ISSUER, REGISTRATION_PATH, TOKEN_PATH, EditedConfiguration
from tests.sandbox.curity_runtime.configuration import SECRET as INITIAL_SECRET

__all__ = [
    "CURITY",
    "EMAIL",
    "INITIAL_SECRET",
    "ISSUER",
    "KONNECT",
    "PASSWORD",
    "REGISTRATION_PATH",
    "TOKEN",
    "TOKEN_PATH",
    "KongInProcess",
]

KONNECT = "https://eu.api.konghq.com"
EMAIL, PASSWORD, TOKEN = DEVELOPER_EMAIL, "portal-password", "kpat_test"
SUFFIX = "/.well-known/openid-configuration"
STRATEGY, OTHER = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
FACTS = default_readings().facts
KEYS, SECRETS = KeyStore(), SecretCheck()  # slow to make and to check, and the same for every world

Kind = TypeVar("Kind", bound=Thing)


class KongInProcess:
    """The sandbox's initial organisation, but that the API Payments has no version. Ids are the same in each."""

    def __init__(self, **readings: str) -> None:
        """`readings` by fact id, dots and dashes written as underscores: `portal_regenerate_secret="409"`."""
        self.readings = Readings(FACTS, {fact: readings[_name(fact)] for fact in FACTS if _name(fact) in readings})
        self.traffic, self.curity_traffic = Traffic(), Traffic()
        self.node = Node(EditedConfiguration(), self.readings, CURITY)
        self.node.keys, self.node.secrets = KEYS, SECRETS
        run_time_app = create_run_time_app(self.node)
        self.org = Organization(Seed(TOKEN, PASSWORD), random_seed=1)
        self.service = KonnectService(self.org, self.readings, httpx.Client(transport=InProcess(run_time_app)), KonnectKnobs())
        self.konnect = InProcess(create_konnect_app(self.service), self.traffic, "konnect")
        portal_app = create_portal_app(self.service, self.portal.id)
        self.dev_portal = InProcess(portal_app, self.traffic, "portal")
        self.run_time = InProcess(run_time_app, self.curity_traffic)
        self._by_hand = httpx.Client(base_url=self.portal_url, transport=InProcess(portal_app))
        self._first = {thing_id for table in self.org.tables.values() for thing_id in table}
        self.api("Payments").version = None

    def made(self, kind: type[Kind]) -> list[Kind]:
        """The objects that were not there at first, oldest first."""
        return [one for one in self.org.all(kind) if one.id not in self._first]

    def only(self, kind: type[Kind]) -> Kind:
        """The one object that was not there at first."""
        (found,) = self.made(kind)
        return found

    def forget(self, *kinds: type[Thing]) -> None:
        """Remove what was not there at first, as somebody does by hand."""
        for kind in kinds:
            for one in self.made(kind):
                self.org.drop(one)

    @property
    def portal(self) -> Portal:
        return next(one for one in self.org.all(Portal) if one.name == PORTAL_NAME)

    @property
    def portal_url(self) -> str:
        return f"https://{domain(self.portal, self.readings)}"

    @property
    def developer(self) -> Developer:
        return next(one for one in self.org.all(Developer) if one.email == EMAIL)

    @property
    def team(self) -> Team:
        return next(one for one in self.org.all(Team) if one.portal_id == self.portal.id)

    def api(self, label: str) -> Api:
        """By its name, with or without a version behind it."""
        return next(one for one in self.org.all(Api) if one.name == label.split(" ")[0])

    def link(self, label: str) -> Implementation:
        """An API's link to its gateway service."""
        return next(one for one in self.org.all(Implementation) if one.api_id == self.api(label).id)

    def publication(self, label: str) -> Publication:
        """How an API is published to the portal."""
        found = self.service.publication(self.api(label).id, self.portal.id)
        assert found is not None
        return found

    def publish(self, label: str, **values: Any) -> Publication:
        """As somebody does by hand."""
        made = Publication(self.org.new_id(), api_id=self.api(label).id, portal_id=self.portal.id, **values)
        return self.org.add(made)

    def register(self, application: Application, label: str, status: str) -> Registration:
        """As somebody does by hand."""
        made = Registration(self.org.new_id(), portal_id=self.portal.id, application_id=application.id, api_id=self.api(label).id)
        made.status = status
        return self.org.add(made)

    def with_strategies(self) -> None:
        """Two strategies that are bound to Curity, by these tests' ids."""
        config = {"initial_client_id": "konnect-dcr"}
        provider = Provider(self.org.new_id(), name="curity", issuer=f"{ISSUER}{SUFFIX}", config=config)
        provider.secrets = {"initial_client_secret": INITIAL_SECRET}
        self.org.add(provider)
        plugin = {"issuer": provider.issuer, "credential_claim": ["sub"], "scopes": [], "auth_methods": ["client_credentials", "bearer"]}
        for strategy_id, name in ((STRATEGY, "curity-dcr"), (OTHER, "another")):
            made = Strategy(strategy_id, name=name, display_name=name, configs=dict(plugin), provider_id=provider.id)
            self.org.add(made)

    def application(self, **values: Any) -> Application:
        """One that the developer makes by hand at the portal: its client is registered, its secret thrown away."""
        self._by_hand.post("/api/v3/developer/authenticate", json={"username": EMAIL, "password": PASSWORD}).raise_for_status()
        body = {"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback", "auth_strategy_id": STRATEGY}
        made = self._by_hand.post("/api/v3/applications", json=body | values).raise_for_status()
        return self.org.get(Application, made.json()["id"])

    def clients(self) -> list[str]:
        """Ids of the clients that are registered at Curity, oldest first."""
        return [row.client_id for row in self.node.clients.all()]

    def is_secret(self, client_id: str, secret: str) -> bool:
        """Whether Curity takes it from that client."""
        row = self.node.clients.get(client_id)
        return row is not None and row.secret_digest == digest(secret)


def _name(fact: str) -> str:
    return fact.replace(".", "_").replace("-", "_")


@cache
def portal_url() -> str:
    """The portal's address in each of these worlds."""
    return KongInProcess().portal_url
