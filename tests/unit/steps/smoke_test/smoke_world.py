"""A gateway and a Curity, small enough to break one rule at a time.

Source: docs/vendors/konnect.md, Decision order; docs/vendors/curity.md, Token requests, Access tokens.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

from dcr.gateway.client import Gateway
from dcr.model.tenant import Tenant
from dcr.results.report import Claim
from dcr.steps.smoke_test import smoke_test
from dcr.vault import paths
from tests.fake_clock import FakeClock
from tests.unit.curity.runtime.tokens import SigningKey
from tests.unit.kong_in_process import CURITY, ISSUER, TOKEN_PATH
from tests.unit.steps.contexts import StepWorld, converged, facts
from tests.unit.steps.fake_vault import FakeVault

TOKEN_ENDPOINT = f"{CURITY}{TOKEN_PATH}"
KEY = SigningKey()
ID, SECRET = "client-1", "the-secret"
ROUTED = ("Orders v1", "Payments")


@dataclass
class SmokeWorld:
    """Rules that can be broken; by default everything is as it should be."""

    registered: set[str] = field(default_factory=lambda: {"/orders", "/payments"})
    routes: set[str] = field(default_factory=lambda: {"/orders", "/payments"})
    asks_for_credentials: bool = True
    open_paths: set[str] = field(default_factory=set)  # of which nobody asks for credentials
    opens_after_seconds: float = float("inf")  # then nobody asks for credentials any more
    api_asks: bool = False  # where the gateway does not ask, the API behind it says 401 itself
    asks_curity: bool = True
    knows_its_clients: bool = True
    heeds_registrations: bool = True
    upstream_status: int = 200
    tokens_are_jwt: bool = True
    subject: str = ID
    curity_secret: str = SECRET
    curity_takes_any_secret: bool = False
    refuses_openid: bool = False
    signed_by: SigningKey = field(default_factory=lambda: KEY)
    published_after: int = 0  # requests until the data plane has heard of the publication; before, it is open
    known_after: int = 0  # requests until it has heard of the application
    slow: dict[str, float] = field(default_factory=dict)  # path -> seconds until it answers
    unreachable: int = 0  # requests that get no answer
    vault: FakeVault = field(default_factory=FakeVault)
    time: FakeClock = field(default_factory=FakeClock)
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # of the gateway: path, client id
    given_away: list[str] = field(default_factory=list)  # paths of open routes, each time that one was sent credentials

    def __post_init__(self) -> None:
        credentials = {"client_id": ID, "client_secret": SECRET, "issuer": ISSUER, "token_endpoint": TOKEN_ENDPOINT, "state": "active"}
        self.vault.put(paths.application("acme", "checkout"), credentials)

    def gateway(self, request: httpx.Request) -> httpx.Response:
        pair = _basic(request)
        self.asked.append((request.url.path, pair[0] if pair else None))
        self.time.pass_by(self.slow.get(request.url.path, 0.0))
        if len(self.asked) <= self.unreachable:
            raise httpx.ConnectError("planned", request=request)
        if request.url.path not in self.routes:
            return _says(404, "no Route matched with those values")
        if self._open(request.url.path):
            self.given_away += [request.url.path] if "Authorization" in request.headers else []
            return _behind_the_gateway(401 if self.api_asks else self.upstream_status)
        refused = self._refused(pair, request.url.path)
        return refused or _behind_the_gateway(self.upstream_status)

    def _open(self, path: str) -> bool:
        """As it is before the data plane has heard of the publication, too."""
        late = sum(self.time.slept) >= self.opens_after_seconds
        return late or not self.asks_for_credentials or path in self.open_paths or len(self.asked) <= self.published_after

    def _refused(self, pair: tuple[str, str] | None, path: str) -> httpx.Response | None:
        if pair is None or (self.knows_its_clients and pair[0] != ID) or len(self.asked) <= self.known_after:
            return _says(401, "Unauthorized")
        if self.asks_curity and self.knows_its_clients and pair[1] != self.curity_secret:
            return _says(401, "Unauthorized")
        if self.heeds_registrations and path not in self.registered:
            return _says(403, "You cannot consume this service")
        return None

    def curity(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "token_endpoint": TOKEN_ENDPOINT, "jwks_uri": f"{ISSUER}/jwks"})
        if request.url.path.endswith("/jwks"):
            return httpx.Response(200, json={"keys": [KEY.jwk()]})
        if _basic(request) != (ID, self.curity_secret) and not self.curity_takes_any_secret:
            return httpx.Response(401, json={"error": "invalid_client"})
        if self.refuses_openid and b"openid" in request.content:
            return httpx.Response(400, json={"error": "invalid_scope"})
        token = self.signed_by.token(ISSUER, self.subject) if self.tokens_are_jwt else "_0XBPWQQ_48c7a1f1"
        return httpx.Response(200, json={"access_token": token, "token_type": "bearer", "expires_in": 299})

    def step_world(self) -> StepWorld:
        """What the smoke test talks to."""
        client = httpx.Client(base_url="https://gateway.example", transport=_over_the_wire(self.gateway))
        run_time = httpx.Client(transport=_over_the_wire(self.curity))
        return StepWorld(vault=self.vault, time=self.time, run_time=run_time, gateway=Gateway(client, ("gateway.example:443",)))

    def claims(self, tenant: Tenant | None = None, registrations: str = "approved", routed: Iterable[str] = ROUTED) -> dict[str, Claim]:
        """What the smoke test claims, by its words.

        Args:
            registrations: the status of the application's own, taken together.
            routed: labels of APIs whose path is a route of their own gateway service.
        """
        known = facts(applications={"checkout": {"registrations": registrations}}, routed=routed)
        found = converged(smoke_test, self.step_world(), known, "checkout", tenant=tenant).claims
        return {claim.what: claim for claim in found}


def _behind_the_gateway(status: int) -> httpx.Response:
    """What the API answers, as the gateway hands it on."""
    return httpx.Response(status, json=[], headers={"X-Kong-Upstream-Latency": "3"})


def _over_the_wire(serve: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """With the body still to be read, as from a network: only then httpx knows how long it took."""

    def answer(request: httpx.Request) -> httpx.Response:
        made = serve(request)
        return httpx.Response(made.status_code, headers=made.headers, stream=httpx.ByteStream(made.content))

    return httpx.MockTransport(answer)


def _basic(request: httpx.Request) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return None
    client, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return client, secret


def _says(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"message": message, "request_id": "0" * 32}, headers={"X-Kong-Request-Id": "0" * 32})
