"""What Konnect asks of the identity provider: discovery, a token with scope `dcr`, then RFC 7591 and 7592.

Source: docs/vendors/konnect.md, Registration at the identity provider; docs/vendors/curity.md, Registration.
What exactly Konnect sends is open; the readings decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.konnect.state import Application, Provider, Strategy

SUFFIX = "/.well-known/openid-configuration"


class IdentityProviderFailed(Exception):
    """It did not do what was asked; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A client at the identity provider."""

    client_id: str
    client_secret: str = field(repr=False)
    management_uri: str
    management_token: str = field(repr=False)


class IdentityProvider:
    """Curity, as a DCR provider names it."""

    def __init__(self, http: httpx.Client, readings: Mapping[str, str]) -> None:
        self._http, self._readings = http, readings

    def register(self, provider: Provider, strategy: Strategy | None, name: str, redirect_uri: str | None) -> Registered:
        """Register a client.

        Raises:
            IdentityProviderFailed: discovery, token or registration was refused.
        """
        metadata = self._metadata(provider.issuer)
        token = self._token(metadata, provider)
        endpoint = metadata.get("registration_endpoint")
        if not endpoint:
            raise IdentityProviderFailed("the identity provider has no registration endpoint")
        return self._registered(self._ask("POST", endpoint, token, json=self._document(strategy, name, redirect_uri)))

    def _document(self, strategy: Strategy | None, name: str, redirect_uri: str | None) -> dict[str, Any]:
        methods = strategy.configs["auth_methods"] if strategy else ["client_credentials"]
        document: dict[str, Any] = {
            "client_name": name,
            "redirect_uris": [redirect_uri] if redirect_uri else [],
            "grant_types": methods if self._readings["konnect.registration-grant-types"] == "auth-methods" else ["client_credentials"],
            "token_endpoint_auth_method": "client_secret_basic",
        }
        scopes = strategy.configs["scopes"] if strategy else []
        if scopes and self._readings["konnect.registration-scope"] == "strategy-scopes":
            document["scope"] = " ".join(scopes)
        return document

    def rotate(self, application: Application) -> Registered:
        """A new secret for the same client: reading it rotates (docs/vendors/curity.md, Client management)."""
        return self._registered(self._ask("GET", application.management_uri, application.management_token))

    def remove(self, application: Application) -> None:
        """Remove the client of an application that Konnect registered.

        Raises:
            IdentityProviderFailed: it is gone already, or the registration token is too old.
        """
        self._ask("DELETE", application.management_uri, application.management_token)

    def remove_registered(self, client: Registered) -> None:
        """Remove a client that was registered a moment ago; one that cannot be removed stays."""
        with suppress(IdentityProviderFailed):
            self._ask("DELETE", client.management_uri, client.management_token)

    def _metadata(self, issuer: str) -> dict[str, Any]:
        bare = issuer.rstrip("/")
        return self._json(self._send("GET", bare if bare.endswith(SUFFIX) else bare + SUFFIX))

    def _token(self, metadata: Mapping[str, Any], provider: Provider) -> str:
        pair = provider.client_id, provider.client_secret
        form = {"grant_type": "client_credentials", "scope": "dcr"}
        request: dict[str, Any] = {"data": form, "auth": pair}
        if self._readings["konnect.client-authentication"] == "form":
            request = {"data": form | {"client_id": pair[0], "client_secret": pair[1]}}
        answer = self._json(self._send("POST", _member(metadata, "token_endpoint"), **request))
        return _member(answer, "access_token")

    def _ask(self, method: str, url: str, token: str, **request: Any) -> dict[str, Any]:
        answer = self._send(method, url, headers={"Authorization": f"Bearer {token}"}, **request)
        return self._json(answer) if answer.content else {}

    def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, url, **request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise IdentityProviderFailed(f"no answer from the identity provider ({type(error).__name__})") from None
        if not answer.is_success:
            raise IdentityProviderFailed(f"the identity provider answered {answer.status_code} {_error(answer)}".strip())
        return answer

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body = answer.json()
        except ValueError:
            raise IdentityProviderFailed("the identity provider did not answer JSON") from None
        if not isinstance(body, dict):
            raise IdentityProviderFailed("the identity provider did not answer an object")
        return body

    def _registered(self, body: Mapping[str, Any]) -> Registered:
        return Registered(
            _member(body, "client_id"),
            _member(body, "client_secret"),
            str(body.get("registration_client_uri", "")),
            str(body.get("registration_access_token", "")),
        )


def _member(body: Mapping[str, Any], name: str) -> str:
    if not isinstance(body.get(name), str):
        raise IdentityProviderFailed(f"the identity provider's answer has no {name}")
    return str(body[name])


def _error(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("error", ""))
    except (ValueError, AttributeError):
        return ""
