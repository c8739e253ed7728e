"""What the gateway asks of the identity provider, as its OIDC plugin does: discovery, a token for the pair it was given, the keys.

Source: docs/vendors/konnect.md, Decision order (step 6).
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

SUFFIX = "/.well-known/openid-configuration"
REDISCOVERY_SECONDS = 30  # the plugin's rediscovery_lifetime
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
Claims = dict[str, Any]


class TokenRefused(Exception):
    """The identity provider said no, or what it gave is not a token that can be verified."""


@dataclass(frozen=True, slots=True)
class _Discovered:
    metadata: Mapping[str, Any]
    keys: jwt.PyJWKSet
    at: float  # seconds of the monotonic clock

    @property
    def old(self) -> bool:
        return time.monotonic() - self.at > REDISCOVERY_SECONDS


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    age: float = 0  # seconds by which it is older than its own dates tell


class Tokens:
    """Tokens by credentials, cached where the strategy says so; discovery is cached for all."""

    def __init__(self, http: httpx.Client, readings: Mapping[str, str]) -> None:
        self._http, self._readings = http, readings
        self._cache: dict[str, _Kept] = {}
        self._discovered: dict[str, _Discovered] = {}
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget all tokens and what was discovered."""
        with self._lock:
            self._cache.clear()
            self._discovered.clear()

    def for_pair(self, config: Mapping[str, Any], client_id: str, client_secret: str) -> tuple[str, Claims]:
        """A verified access token for a client id and secret, with its claims.

        Raises:
            TokenRefused: 401 is the answer then.
        """
        key = hashlib.sha256(f"{config['issuer']} {client_id} {client_secret}".encode()).hexdigest()
        kept = self._cache.get(key) if config.get("cache_tokens", True) else None
        if kept:
            try:
                return kept.token, self._still_good(config, kept)
            except TokenRefused:
                self._cache.pop(key, None)  # it ran out
        token = self._request(config, client_id, client_secret)
        claims = self.verify(config, token)
        if config.get("cache_tokens", True):
            with self._lock:
                self._cache[key] = _Kept(token)
        return token, claims

    def let_pass(self, seconds: float) -> None:
        """What is kept is older by so much."""
        with self._lock:
            self._cache = {key: _Kept(kept.token, kept.age + seconds) for key, kept in self._cache.items()}

    def _still_good(self, config: Mapping[str, Any], kept: _Kept) -> Claims:
        claims = self.verify(config, kept.token)
        if float(claims.get("exp", 0)) - kept.age <= time.time():
            raise TokenRefused
        return claims

    def verify(self, config: Mapping[str, Any], token: str) -> Claims:
        """The claims of a JWT signed by the issuer; an opaque token cannot be verified (docs/vendors/konnect.md, Decision order).

        Raises:
            TokenRefused: wrong signature, run out, another issuer, or no JWT.
        """
        discovered = self._discover(config)
        try:
            header = jwt.get_unverified_header(token)
            key = _key(discovered.keys, header) or _key(self._discover(config, afresh=True).keys, header)
            if key is None:
                raise TokenRefused
            issuer = discovered.metadata["issuer"]
            claims: Claims = jwt.decode(token, key.key, ALGORITHMS, issuer=issuer, options={"verify_aud": False})
        except (jwt.PyJWTError, KeyError):
            raise TokenRefused from None
        return claims

    def _request(self, config: Mapping[str, Any], client_id: str, client_secret: str) -> str:
        scopes = list(config["scopes"]) or (["openid"] if self._readings["konnect.scopes-empty"] == "openid" else [])
        form = {"grant_type": "client_credentials", **({"scope": " ".join(scopes)} if scopes else {})}
        endpoint = str(self._discover(config).metadata.get("token_endpoint"))
        return str(self._json("POST", endpoint, data=form, auth=(client_id, client_secret)).get("access_token", ""))

    def _discover(self, config: Mapping[str, Any], *, afresh: bool = False) -> _Discovered:
        issuer = str(config["issuer"]).rstrip("/")
        with self._lock:
            known = self._discovered.get(issuer)
        if known and not known.old and not afresh:
            return known
        metadata = self._json("GET", issuer if issuer.endswith(SUFFIX) else issuer + SUFFIX)
        try:
            keys = jwt.PyJWKSet.from_dict(self._json("GET", str(metadata.get("jwks_uri"))))
        except jwt.PyJWTError:
            raise TokenRefused from None
        found = _Discovered(metadata, keys, time.monotonic())
        with self._lock:
            self._discovered[issuer] = found
        return found

    def _json(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, **request)
            body = answer.raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise TokenRefused from None
        if not isinstance(body, dict):
            raise TokenRefused
        return body


def _key(keys: jwt.PyJWKSet, header: Mapping[str, Any]) -> jwt.PyJWK | None:
    return next((one for one in keys.keys if header.get("kid") in (None, one.key_id)), None)
