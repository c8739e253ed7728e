"""The systems of the sandbox but Vault, built and wired: Curity, Konnect, Dev Portal, gateway."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from sandbox.certificates import Certificates
from sandbox.control import Controlled
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf import create_app as create_restconf_app
from sandbox.curity.runtime.application import create_app as create_runtime_app
from sandbox.curity.runtime.node import Node
from sandbox.curity.runtime.status import create_status_app
from sandbox.gateway.app import create_app as create_gateway_app
from sandbox.gateway.decision import Gateway
from sandbox.konnect.app import create_app as create_konnect_app
from sandbox.konnect.catalogue_answers import domain
from sandbox.konnect.knobs import KonnectKnobs
from sandbox.konnect.seed import DEVELOPER_EMAIL, PORTAL_NAME, ROUTES, Seed
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, ControlPlane, Developer, Organization, Portal
from sandbox.portal.app import create_app as create_portal_app
from sandbox.readings import Readings
from sandbox.request_log import OWN_AGENT

CURITY_ADMIN, CURITY_RUNTIME, CURITY_STATUS = "curity-admin", "curity-runtime", "curity-status"
KONNECT, PORTAL, GATEWAY = "konnect", "portal", "gateway"
SERVED = (CURITY_ADMIN, CURITY_RUNTIME, CURITY_STATUS, KONNECT, PORTAL, GATEWAY)

TENANT = "acme"
ADMIN = "admin"
OWN_EXPORT = Path(__file__).parent / "curity" / "default.xml"
# Longer than a run time takes to hash a secret on a busy machine; a fault proxy may stand between.
TIMEOUT_SECONDS = 30


class Systems:
    """Every system with its state; what one asks of another goes through HTTPS, as in the world outside."""

    def __init__(self, urls: Mapping[str, str], certificates: Certificates, readings: Readings, curity_config: Path | None) -> None:
        """Build all.

        Args:
            urls: where each of `SERVED` is found by others.
            certificates: whom they trust.
            readings: the readings in force.
            curity_config: Curity's start configuration; None takes the sandbox's own.

        Raises:
            ValueError: the start configuration is no export.
            OSError: it cannot be read.
        """
        self._urls = urls
        self._password = secrets.token_urlsafe(16)
        self._seed = Seed(token=f"kpat_{secrets.token_urlsafe(32)}", developer_password=secrets.token_urlsafe(16))
        self._http = httpx.Client(
            verify=certificates.client_context(), trust_env=False, timeout=TIMEOUT_SECONDS, headers={"User-Agent": OWN_AGENT}
        )
        export = (curity_config or OWN_EXPORT).read_bytes()
        parameters = {"*BASE_URL": urls[CURITY_RUNTIME], "*PROTOCOL": "https"}
        self.datastore = Datastore(export, parameters, readings)
        self.node = Node(self.datastore, readings, urls[CURITY_RUNTIME])
        self.node.make_keys()
        # One random seed for the life of the world: ids are the same after a reset, so the ready file stays true.
        self.organization = Organization(self._seed, random_seed=secrets.randbits(64))
        self.konnect = KonnectService(self.organization, readings, self._http, KonnectKnobs())
        self.gateway = Gateway(self.organization, readings, self._http)
        self.readings = readings

    def apps(self) -> dict[str, ASGIApp]:
        """System -> application."""
        return {
            CURITY_ADMIN: create_restconf_app(self.datastore, self.readings, {ADMIN: self._password}),
            CURITY_RUNTIME: create_runtime_app(self.node),
            CURITY_STATUS: create_status_app(self.node),
            KONNECT: create_konnect_app(self.konnect),
            PORTAL: create_portal_app(self.konnect, self._portal().id),
            GATEWAY: create_gateway_app(self.gateway),
        }

    def controlled(self) -> dict[str, Controlled]:
        """System -> what the control port turns."""
        return {CURITY_ADMIN: self.datastore, CURITY_RUNTIME: self.node, KONNECT: self.konnect, GATEWAY: self.gateway}

    def reset(self) -> None:
        """Back to the initial state, knobs too."""
        self.datastore.reset()
        self.node.reset()
        self.konnect.reset()
        self.gateway.reset()

    def let_pass(self, seconds: float) -> None:
        """So much time goes by for everything that is there; Vault, which is real, does not notice."""
        self.node.let_pass(seconds)
        self.organization.let_pass(seconds)
        self.gateway.let_pass(seconds)

    def close(self) -> None:
        """Close connections between the systems."""
        self._http.close()

    def vault_secrets(self) -> dict[str, dict[str, str]]:
        """What an operator puts into Vault before our tools start: path below the mount -> data."""
        return {
            "platform/konnect": {"token": self._seed.token},
            "platform/curity": {"username": ADMIN, "password": self._password},
            f"tenants/{TENANT}/developer": {"email": DEVELOPER_EMAIL, "password": self._seed.developer_password},
        }

    def ready(self) -> dict[str, Any]:
        """What the ready file says of these systems."""
        profile = next(iter(self.node.view().profiles), None)  # an export without a token profile loads too
        portal = self._portal()
        developer = next(one for one in self.organization.all(Developer) if one.email == DEVELOPER_EMAIL)
        return {
            "curity": {
                "admin_url": f"{self._urls[CURITY_ADMIN]}/admin/api/restconf",
                "runtime_url": self._urls[CURITY_RUNTIME],
                "status_url": self._urls[CURITY_STATUS],
                "issuer": profile.issuer if profile else "",
                "username": ADMIN,
                "password": self._password,
                "profile": profile.id if profile else "",
            },
            "konnect": {
                "url": self._urls[KONNECT],
                "token": self._seed.token,
                "control_plane_id": self.organization.all(ControlPlane)[0].id,
                "apis": {one.name: one.id for one in self.organization.all(Api) if one.name in ROUTES},
            },
            "portal": {
                "url": self._urls[PORTAL],
                "id": portal.id,
                "name": portal.name,
                "canonical_domain": domain(portal, self.readings),
                "developer": {"id": developer.id, "email": DEVELOPER_EMAIL, "password": self._seed.developer_password},
            },
            "gateway": {"url": self._urls[GATEWAY], "routes": dict(ROUTES)},
        }

    def _portal(self) -> Portal:
        return next(one for one in self.organization.all(Portal) if one.name == PORTAL_NAME)
