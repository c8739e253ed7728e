"""What the gateway asks of the identity provider, as its OIDC plugin does: discovery, a token for the pair it was given, the keys.

Source: reference/konnect.md section 5, step 6.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from typing import Any

import httpx
import jwt

SUFFIX = "/.well-known/openid-configuration"


class TokenRefused(Exception):
    """The identity provider said no, or what it gave is not a token that can be verified."""


class Tokens:
    """Tokens by credentials, cached where the strategy says so."""

    def __init__(self, http: httpx.Client, readings: Mapping[str, str]) -> None:
        self._http, self._readings = http, readings
        self._cache: dict[str, str] = {}
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget all tokens."""
        with self._lock:
            self._cache.clear()

    def for_pair(self, config: Mapping[str, Any], client_id: str, client_secret: str) -> str:
        """A verified access token for a client id and secret.

        Raises:
            TokenRefused: 401 is the answer then.
        """
        key = hashlib.sha256(f"{config['issuer']} {client_id} {client_secret}".encode()).hexdigest()
        if config.get("cache_tokens", True) and (cached := self._cache.get(key)):
            return cached
        token = self._request(config, client_id, client_secret)
        self.verify(config, token)
        with self._lock:
            self._cache[key] = token
        return token

    def verify(self, config: Mapping[str, Any], token: str) -> dict[str, Any]:
        """The claims of a JWT signed by the issuer; an opaque token cannot be verified (reference/konnect.md P7)."""
        metadata = self._metadata(config)
        try:
            keys = jwt.PyJWKSet.from_dict(self._json("GET", metadata["jwks_uri"]))
            header = jwt.get_unverified_header(token)
            key = next(one for one in keys.keys if header.get("kid") in (None, one.key_id))
            claims: dict[str, Any] = jwt.decode(token, key.key, ["RS256"], issuer=metadata["issuer"], options={"verify_aud": False})
        except (jwt.PyJWTError, StopIteration, KeyError):
            raise TokenRefused from None
        return claims

    def _request(self, config: Mapping[str, Any], client_id: str, client_secret: str) -> str:
        scopes = list(config["scopes"]) or (["openid"] if self._readings["konnect.scopes-empty"] == "openid" else [])
        form = {"grant_type": "client_credentials", **({"scope": " ".join(scopes)} if scopes else {})}
        answer = self._json("POST", self._metadata(config)["token_endpoint"], data=form, auth=(client_id, client_secret))
        return str(answer.get("access_token", ""))

    def _metadata(self, config: Mapping[str, Any]) -> dict[str, Any]:
        issuer = str(config["issuer"])
        return self._json("GET", issuer if issuer.endswith(SUFFIX) else issuer.rstrip("/") + SUFFIX)

    def _json(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, **request)
            body = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise TokenRefused from None
        if not isinstance(body, dict):
            raise TokenRefused
        return body
