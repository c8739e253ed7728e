"""A small identity provider for Konnect and the gateway to talk to: discovery, tokens, keys, registration and its management."""

from __future__ import annotations

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

BASE = "https://idp.example"
ISSUER = f"{BASE}/oauth"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
INITIAL = ("konnect-dcr", "the initial client's secret")


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class IdentityProvider:
    """Answers what Curity answers; what a test sets decides how it misbehaves."""

    opaque: bool = False
    down: bool = False
    ttl: int = 300
    asked: list[str] = field(default_factory=list)
    registrations: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=lambda: dict([INITIAL]))
    scopes_asked: list[str] = field(default_factory=list)
    authenticated_by: list[str] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)  # management token -> client id
    _dcr: set[str] = field(default_factory=set)

    def client(self) -> httpx.Client:
        """What reaches it."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    @property
    def clients(self) -> set[str]:
        """Registered ones."""
        return self.secrets.keys() - {INITIAL[0]}

    def token(self, client_id: str, **claims: Any) -> str:
        """A token as it would issue it."""
        now = int(time.time())
        payload = {"iss": ISSUER, "sub": client_id, "aud": client_id, "scope": "", "iat": now, "exp": now + self.ttl, **claims}
        return jwt.encode(payload, _key(), "RS256", headers={"kid": "1"})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        if self.down:
            return httpx.Response(503, text="<html>down</html>")
        if path.endswith("openid-configuration"):
            names = {"token_endpoint": "token", "jwks_uri": "jwks", "registration_endpoint": "register"}
            return httpx.Response(200, json={"issuer": ISSUER, **{name: f"{BASE}/{end}" for name, end in names.items()}})
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key()))
            return httpx.Response(200, json={"keys": [{**public, "kid": "1", "use": "sig"}]})
        if path == "/token":
            return self._token_endpoint(request)
        return self._register(request) if path == "/register" else self._manage(request, path.rpartition("/")[2])

    def _token_endpoint(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if "authorization" in request.headers:
            client_id, _, secret = base64.b64decode(request.headers["authorization"].partition(" ")[2]).decode().partition(":")
        self.authenticated_by.append("basic" if "authorization" in request.headers else "form")
        if self.secrets.get(client_id) != secret:
            return httpx.Response(401, json={"error": "invalid_client"})
        scope = form.get("scope", "")
        self.scopes_asked.append(scope)
        if scope == "dcr":
            token = uuid.uuid4().hex
            self._dcr.add(token)
        else:
            token = "_0XBPWQQ_opaque" if self.opaque else self.token(client_id, scope=scope)
        return httpx.Response(200, json={"access_token": token, "token_type": "bearer", "scope": scope, "expires_in": self.ttl})

    def _register(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token not in self._dcr:
            return httpx.Response(401)
        self._dcr.discard(token)  # it works once
        self.registrations.append(json.loads(request.content))
        return httpx.Response(201, json=self._issued(str(uuid.uuid4())))

    def _manage(self, request: httpx.Request, client_id: str) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if self._tokens.get(token) != client_id:
            return httpx.Response(401)
        del self._tokens[token]
        if request.method == "DELETE":
            del self.secrets[client_id]
            return httpx.Response(204)
        return httpx.Response(200, json=self._issued(client_id))

    def _issued(self, client_id: str) -> dict[str, Any]:
        secret, token = uuid.uuid4().hex, uuid.uuid4().hex
        self.secrets[client_id] = secret
        self._tokens[token] = client_id
        managed = {"registration_client_uri": f"{BASE}/register/{client_id}", "registration_access_token": token}
        return {"client_id": client_id, "client_secret": secret, **managed}
