"""Registration (RFC 7591) at the non-templatized DCR endpoint.

Source: docs/vendors/curity.md, Registration.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_metadata import NO_SECRET, Negotiated, negotiate, parse, properties
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.registered_clients import RegisteredClient
from sandbox.curity.runtime.token_endpoint import REGISTRATION_SCOPE
from sandbox.curity.runtime.tokens import Token, digest, new_secret, opaque_token
from sandbox.curity.runtime.view import Endpoint, Profile, Registration


def register(node: Node, profile: Profile, endpoint: Endpoint, settings: Registration, call: Call) -> Response:
    """Register a client. The initial token dies with it: a registration takes a fresh one.

    Raises:
        errors.Refused: no good initial token, or metadata that cannot be granted.
    """
    if call.method != "POST":
        raise errors.method_not_allowed()
    initial = None if settings.open_to_all else _initial_token(node, profile, call)
    if initial and node.readings["curity.dcr-token-used-by"] == "attempt":
        node.tokens.remove(initial.text)
    asked, members = parse(call)
    client_id = str(uuid.uuid4())
    row = _row(node, profile, negotiate(node, profile, settings, asked, client_id), client_id, asked.client_name, initial)
    row = replace(row, properties=properties(node, members))
    if initial:
        node.tokens.remove(initial.text)
    row, shown = hand_out(node, row, settings, None)
    node.clients.save(row)
    status = int(node.readings["curity.registration-status"])
    return JSONResponse(answer(node, profile, endpoint, row) | shown, status, errors.NO_STORE)


def hand_out(node: Node, row: RegisteredClient, settings: Registration, kept_token: str | None) -> tuple[RegisteredClient, dict[str, Any]]:
    """Give a client its credentials: a new secret, and with management on a registration token.

    Args:
        node: the run-time node.
        row: the client before.
        settings: of the profile.
        kept_token: the registration token to go on with instead of a new one (`registration-token/reuse`).

    Returns:
        The row with the new digests, and the members that are shown this once.
    """
    secret = None if row.token_endpoint_auth_method == NO_SECRET else new_secret(node.readings["curity.client-secret-form"])
    shown: dict[str, Any] = {} if secret is None else {"client_secret": secret, "client_secret_expires_at": 0}
    changed: dict[str, Any] = {"secret_digest": digest(secret) if secret else None}
    management = settings.management
    if management is None:
        return replace(row, **changed), shown
    token = kept_token or opaque_token()
    issued = row.token_issued_at if kept_token else int(node.now())
    shown["registration_access_token"] = token
    shown["registration_access_token_expires_in"] = issued + management.token_ttl - int(node.now())
    return replace(row, **(changed | {"token_digest": digest(token), "token_issued_at": issued})), shown


def answer(node: Node, profile: Profile, endpoint: Endpoint, row: RegisteredClient) -> dict[str, Any]:
    """A client's metadata as it is answered, without its credentials."""
    body: dict[str, Any] = {
        **row.properties,
        **row.attributes,
        "client_id": row.client_id,
        "client_id_issued_at": row.issued_at,
        "grant_types": row.attributes["grant_types"],
        "redirect_uris": list(row.redirect_uris),
        "scope": row.attributes["scope"],
        "token_endpoint_auth_method": row.token_endpoint_auth_method,
    }
    if row.client_name is not None:
        body["client_name"] = row.client_name
    if profile.registration and profile.registration.management:
        separator = "/" if node.readings["curity.registration-client-uri"] == "path" else "?client_id="
        body["registration_client_uri"] = f"{profile.base_url}{endpoint.uri}{separator}{row.client_id}"
    return body


def shown_attributes(negotiated: Negotiated) -> dict[str, Any]:
    """What a row keeps to be answered again."""
    scope = " ".join(negotiated.shown_scopes)
    return negotiated.attributes | {"grant_types": list(negotiated.shown_grants), "scope": scope}


def _initial_token(node: Node, profile: Profile, call: Call) -> Token:
    text = call.bearer()
    found = node.tokens.find(text, node.now()) if text else None
    if found is None or found.profile != profile.id:
        raise errors.invalid_token(registration=True)
    if REGISTRATION_SCOPE not in found.scopes:
        raise errors.insufficient_scope(registration=True)
    return found


def _row(
    node: Node, profile: Profile, negotiated: Negotiated, client_id: str, client_name: str | None, initial: Token | None
) -> RegisteredClient:
    return RegisteredClient(
        client_id=client_id,
        profile=profile.id,
        secret_digest=None,
        initial_client=initial.client_id if initial else None,
        status="active",
        grant_types=negotiated.grants,
        scope=negotiated.scopes,
        redirect_uris=negotiated.redirect_uris,
        client_name=client_name,
        token_endpoint_auth_method=negotiated.auth_method,
        issued_at=int(node.now()),
        attributes=shown_attributes(negotiated),
    )
