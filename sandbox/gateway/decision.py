"""How a request is judged under Konnect's application auth. Source: docs/vendors/konnect.md, Decision order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from sandbox.gateway.problems import Denied, forbidden, https_only, no_registration, no_route, unauthorized
from sandbox.gateway.routing import Matched, match, protection
from sandbox.gateway.tokens import Claims, TokenRefused, Tokens
from sandbox.konnect.knobs import GatewayKnobs, changed
from sandbox.konnect.state import Application, Organization, Registration, Strategy


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that goes upstream, with what the plugin adds to it."""

    matched: Matched
    application: Application | None = None
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Caller:
    """An application whose credentials are good; `application` is None only where a knob lets strangers in."""

    application: Application | None
    strategy: Strategy | None = None
    token: str = field(default="", repr=False)
    claims: Claims = field(default_factory=dict, repr=False)


class Gateway:
    """Routes and application auth of one control plane's data planes."""

    def __init__(self, org: Organization, readings: Mapping[str, str], http: httpx.Client) -> None:
        self.org, self._readings = org, readings
        self._tokens = Tokens(http, readings)
        self.knobs = GatewayKnobs()

    def reset(self) -> None:
        """No knob set, no token cached."""
        self.knobs = GatewayKnobs()
        self._tokens.clear()

    def let_pass(self, seconds: float) -> None:
        """Tokens that are kept grow older."""
        self._tokens.let_pass(seconds)

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""
        return self.knobs.model_dump()

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named; raises ValueError and changes nothing if one is unknown or wrong."""
        self.knobs = changed(self.knobs, values)

    def snapshot(self) -> Mapping[str, Any]:
        """The gateway holds nothing of its own: its routes and applications are Konnect's."""
        return {}

    def decide(self, method: str, scheme: str, host: str, path: str, authorization: str) -> Admitted:
        """Judge one request.

        Raises:
            Denied: 401, 403, 404 or 426.
        """
        matched = match(self.org, method, host, path)
        if matched is None:
            raise no_route()
        if scheme == "http" and "http" not in matched.route.protocols:
            raise https_only()
        protected = protection(self.org, matched.route)
        if protected is None or self.knobs.open:
            return Admitted(matched)
        caller = self._authenticate(protected.strategies, authorization)
        if caller.application is None:
            return Admitted(matched)
        self._require_claims(caller)
        if not self.knobs.ignores_registrations and not self._registered(caller.application, protected.api_id):
            raise no_registration()
        return Admitted(matched, caller.application, caller.token)

    def _authenticate(self, strategies: Sequence[Strategy], authorization: str) -> _Caller:
        """By key no application of the sandbox can come, so that the order begins with credentials, then a token."""
        if _allowing(strategies, "client_credentials"):
            pair = _basic(authorization)
            if pair:
                return self._by_pair(strategies, *pair)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(_allowing(strategies, "bearer"), token)
        raise unauthorized(self._readings)

    def _by_pair(self, strategies: Sequence[Strategy], client_id: str, secret: str) -> _Caller:
        """A client id was given: it is looked up, and that is the end, found or not. The identity provider decides on the secret."""
        if self.knobs.accepts_any_id:
            return _Caller(None)
        application, strategy = self._known(strategies, client_id)
        if application is None or strategy is None:
            raise unauthorized(self._readings)
        if self.knobs.ignores_identity_provider:
            return _Caller(application)
        try:
            token, claims = self._tokens.for_pair(strategy.configs, client_id, secret)
        except TokenRefused:
            raise self._refused_by(strategy) from None
        return _Caller(application, strategy, token, claims)

    def _by_token(self, strategies: Sequence[Strategy], token: str) -> _Caller:
        """The application stands in a claim that is read before the token is verified."""
        unverified = _unverified(token)
        for claim in (claim for one in strategies for claim in one.configs["credential_claim"]):
            application, strategy = self._known(strategies, str(unverified.get(claim, "")))
            if application and strategy:
                try:
                    return _Caller(application, strategy, token, self._tokens.verify(strategy.configs, token))
                except TokenRefused:
                    raise self._refused_by(strategy) from None
        raise unauthorized(self._readings)

    def _refused_by(self, strategy: Strategy) -> Denied:
        return unauthorized(self._readings, str(strategy.configs.get("unauthorized_error_message", "Unauthorized")))

    def _known(self, strategies: Sequence[Strategy], client_id: str) -> tuple[Application | None, Strategy | None]:
        """The application of a client id, once the gateway has heard of it, and its strategy."""
        by_id = {one.id: one for one in strategies}
        with self.org.lock:
            heard_of = [*self.org.all(Application), *(one for one in self.org.leaving if one.known_for > 0)]
            found = next((one for one in heard_of if client_id == one.client_id and one.strategy_id in by_id), None)
            if found and found.known_for > 0:
                found.known_for -= 1
            if found and found.unknown_for > 0:
                found.unknown_for -= 1
                return None, None
        return found, by_id[found.strategy_id] if found else None

    def _require_claims(self, caller: _Caller) -> None:
        """What the plugin's configuration asks of a verified token."""
        config = caller.strategy.configs if caller.strategy else {}
        words = str(config.get("forbidden_error_message", "Forbidden"))
        scopes, audience = str(caller.claims.get("scope", "")).split(), caller.claims.get("aud", [])
        present = {"scopes_required": scopes, "audience_required": [audience] if isinstance(audience, str) else audience}
        if any(not set(config.get(name) or []) <= set(values) for name, values in present.items()):
            raise forbidden(words)

    def _registered(self, application: Application, api_id: str) -> bool:
        """Whether the gateway goes by an approved registration: the one in force, or for a while the one before."""
        key = application.id, api_id
        with self.org.lock:
            if self.knobs.ignores_revocations and key in self.org.once_approved:
                return True
            for one in self.org.all(Registration):
                if (one.application_id, one.api_id) == key:
                    late = one.late_for > 0
                    one.late_for -= late
                    return (one.enforced if late else one.status) == "approved"
            left = self.org.lingering.pop(key, 0)
            if left > 1:
                self.org.lingering[key] = left - 1
        return left > 0


def _allowing(strategies: Sequence[Strategy], method: str) -> list[Strategy]:
    return [one for one in strategies if method in one.configs.get("auth_methods", [])]


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (client_id, secret) if colon and client_id else None


def _unverified(token: str) -> Claims:
    try:
        claims: Claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return claims
