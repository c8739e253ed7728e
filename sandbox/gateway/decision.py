"""How a request is judged under Konnect's application auth. Source: the decision order of reference/konnect.md section 5."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from sandbox.gateway.tokens import TokenRefused, Tokens
from sandbox.konnect.knobs import GatewayKnobs, changed
from sandbox.konnect.state import Application, Implementation, Organization, Publication, Registration, Route, Strategy


class Denied(Exception):
    """The gateway's own answer, with the message Kong gives."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that goes upstream, with what the plugin adds to it."""

    route: Route
    application: Application | None = None
    token: str = field(default="", repr=False)


class Gateway:
    """Routes and application auth of one control plane's data planes."""

    def __init__(self, org: Organization, readings: Mapping[str, str], http: httpx.Client) -> None:
        self._org, self._readings = org, readings
        self._tokens = Tokens(http, readings)
        self._lock = threading.Lock()
        self.knobs = GatewayKnobs()

    def reset(self) -> None:
        """No knob set, no token cached."""
        self.knobs = GatewayKnobs()
        self._tokens.clear()

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""
        return self.knobs.model_dump()

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named; raises ValueError and changes nothing if one is unknown or wrong."""
        self.knobs = changed(self.knobs, values)

    def snapshot(self) -> Mapping[str, Any]:
        """The gateway holds nothing of its own: its routes and applications are Konnect's."""
        return {}

    def decide(self, path: str, authorization: str) -> Admitted:
        """Judge one request.

        Raises:
            Denied: 401, 403 or 404.
        """
        route = self._route(path)
        api_id, strategies = self._protection(route)
        if self.knobs.open or not strategies:
            return Admitted(route)
        application, token = self._authenticate(strategies, authorization)
        if application is None:
            return Admitted(route)
        if not self.knobs.ignores_registrations and not self._registered(application, api_id):
            raise Denied(403, "You cannot consume this service")
        return Admitted(route, application, token)

    def _route(self, path: str) -> Route:
        with self._org.lock:
            matching = [
                (len(prefix), one)
                for one in self._org.all(Route)
                for prefix in one.paths
                if path == prefix or path.startswith(prefix.rstrip("/") + "/")
            ]
        if not matching:
            raise Denied(404, "no Route matched with those values")
        return max(matching, key=lambda pair: pair[0])[1]

    def _protection(self, route: Route) -> tuple[str, list[Strategy]]:
        """The API behind a route and the strategies of its publications; without an implementation link there are none."""
        with self._org.lock:
            link = next((one for one in self._org.all(Implementation) if one.service_id == route.service_id), None)
            if link is None or link.sync_error:
                return "", []
            published = [one for one in self._org.all(Publication) if one.api_id == link.api_id]
            found = [self._org.find(Strategy, one) for publication in published for one in publication.strategy_ids or []]
            return link.api_id, [one for one in found if one]

    def _authenticate(self, strategies: list[Strategy], authorization: str) -> tuple[Application | None, str]:
        if any("client_credentials" in one.configs["auth_methods"] for one in strategies):
            pair = _basic(authorization)
            if pair:
                return self._by_pair(strategies, *pair)
        if any("bearer" in one.configs["auth_methods"] for one in strategies) and authorization.lower().startswith("bearer "):
            return self._by_token(strategies, authorization.partition(" ")[2])
        raise self._unauthorized()

    def _by_pair(self, strategies: list[Strategy], client_id: str, secret: str) -> tuple[Application | None, str]:
        """A client id was given: it is looked up, and that is the end, found or not."""
        application, strategy = self._known(strategies, client_id)
        if self.knobs.accepts_any_id:
            return None, ""
        if application is None or strategy is None:
            raise self._unauthorized()
        if self.knobs.ignores_identity_provider:
            return application, ""
        try:
            return application, self._tokens.for_pair(strategy.configs, client_id, secret)
        except TokenRefused:
            raise self._unauthorized() from None

    def _by_token(self, strategies: list[Strategy], token: str) -> tuple[Application | None, str]:
        for strategy in strategies:
            claims = _unverified(token)
            for claim in strategy.configs["credential_claim"]:
                application, found = self._known(strategies, str(claims.get(claim, "")))
                if application is None or found is None:
                    continue
                try:
                    self._tokens.verify(found.configs, token)
                except TokenRefused:
                    raise self._unauthorized() from None
                return application, token
        raise self._unauthorized()

    def _known(self, strategies: list[Strategy], client_id: str) -> tuple[Application | None, Strategy | None]:
        with self._org.lock:
            ids = {one.id for one in strategies}
            found = next((one for one in self._org.all(Application) if one.client_id == client_id and one.strategy_id in ids), None)
            return found, self._org.find(Strategy, found.strategy_id) if found else None

    def _registered(self, application: Application, api_id: str) -> bool:
        with self._org.lock:
            for one in self._org.all(Registration):
                if (one.application_id, one.api_id, one.status) == (application.id, api_id, "approved"):
                    if one.enforced_after > 0:
                        one.enforced_after -= 1
                        return False
                    return True
        return False

    def _unauthorized(self) -> Denied:
        form = self._readings["gateway.www-authenticate"]
        challenge = {"bearer": 'Bearer realm="kong", error="invalid_token"', "basic": 'Basic realm="service"'}.get(form)
        return Denied(401, "Unauthorized", {"WWW-Authenticate": challenge} if challenge else None)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if colon and client_id else None


def _unverified(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return claims
