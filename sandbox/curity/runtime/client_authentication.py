"""Which client is calling: HTTP Basic or body parameters, configured and registered clients alike.

Source: RFC 6749 section 2.3.1; docs/vendors/curity.md, Profile capabilities, Token requests.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote_plus

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.registered_clients import RegisteredClient
from sandbox.curity.runtime.tokens import digest
from sandbox.curity.runtime.view import ConfiguredClient, Profile, Verifier

# What a grant type of RFC 7591 is called among Curity's capabilities, in both directions.
CAPABILITY_OF_GRANT = {
    "client_credentials": "client-credentials",
    "authorization_code": "code",
    "implicit": "implicit",
    "password": "resource-owner-password-credentials",
    "urn:ietf:params:oauth:grant-type:device_code": "device-authorization",
    "urn:openid:params:grant-type:ciba": "backchannel-authentication",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The client that authenticated, from whichever store."""

    id: str
    capabilities: frozenset[str]
    scopes: tuple[str, ...]
    audience: tuple[str, ...]
    access_token_ttl: int


@dataclass(frozen=True, slots=True)
class _Credentials:
    client_id: str
    secret: str
    by_header: bool


def authenticate(node: Node, profile: Profile, call: Call, form: Mapping[str, str]) -> Caller:
    """The calling client.

    Raises:
        errors.Refused: invalid_client, or invalid_request where both ways are used at once.
    """
    given = _credentials(node, call, form)
    caller = _known(node, profile, given) if profile.basic_and_form_post else None
    if caller is None:
        raise errors.invalid_client(node.readings, by_header=given.by_header)
    return caller


def _credentials(node: Node, call: Call, form: Mapping[str, str]) -> _Credentials:
    header = call.headers.get("authorization")
    if header is None:
        return _Credentials(form.get("client_id", ""), form.get("client_secret", ""), by_header=False)
    if "client_secret" in form:
        raise errors.invalid_request("the client authenticates in more than one way")
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, or not UTF-8 in it
        client_id = colon = secret = ""
    if scheme.lower() != "basic" or not colon:
        raise errors.invalid_client(node.readings, by_header=True)
    if node.readings["curity.basic-credentials"] == "form-encoded":
        client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    return _Credentials(client_id, secret, by_header=True)


def _known(node: Node, profile: Profile, given: _Credentials) -> Caller | None:
    configured = profile.clients.get(given.client_id)
    if configured is not None:
        return _caller_of_configuration(configured) if _configured_matches(node, configured, given.secret) else None
    row = node.clients.get(given.client_id)
    if row is None or row.profile != profile.id or not _registered_matches(node, row, given.secret) or not _may_act(node, row):
        return None
    return _caller_of_registration(row)


def _may_act(node: Node, row: RegisteredClient) -> bool:
    """Active, or not active for so short a time that the endpoint has not heard of it (docs/vendors/curity.md, Removal)."""
    if row.status == "active" or row.unheard_for == 0:
        return row.status == "active"
    node.clients.save(replace(row, unheard_for=row.unheard_for - 1))
    return True


def _configured_matches(node: Node, client: ConfiguredClient, secret: str) -> bool:
    if not client.enabled or not secret:
        return False
    if node.knobs.accept_any_secret:
        return True
    now = node.now()
    holding = [verifier for verifier in client.verifiers if _holds(verifier, now + node.age(client.id, verifier))]
    return any(node.secrets.matches(verifier.digest, secret) for verifier in holding)


def _holds(verifier: Verifier, now: float) -> bool:
    if verifier.expires_on is None:
        return True
    try:
        return datetime.fromisoformat(verifier.expires_on).timestamp() > now
    except ValueError:
        return False


def _registered_matches(node: Node, row: RegisteredClient, secret: str) -> bool:
    if not secret or row.secret_digest is None:
        return False
    if node.knobs.accept_any_secret:
        return True
    presented = digest(secret)
    if hmac.compare_digest(presented, row.secret_digest):
        return True
    old = row.old_secret_digest or ""
    return row.old_secret_until > node.now() and hmac.compare_digest(presented, old)


def _caller_of_configuration(client: ConfiguredClient) -> Caller:
    return Caller(client.id, client.capabilities, client.scopes, client.audience, client.access_token_ttl)


def _caller_of_registration(row: RegisteredClient) -> Caller:
    capabilities = frozenset(CAPABILITY_OF_GRANT[grant] for grant in row.grant_types if grant in CAPABILITY_OF_GRANT)
    return Caller(row.client_id, capabilities, row.scope, tuple(row.attributes["audiences"]), int(row.attributes["access_token_ttl"]))
