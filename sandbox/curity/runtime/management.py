"""Management of a registered client (RFC 7592), with the trap that reading rotates.

GET and PUT answer a new secret and a new registration token; the old secret dies at once unless `rotated-secret-ttl`, the
old token unless `registration-token/reuse`. Source: docs/vendors/curity.md, Client management.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_metadata import negotiate, parse, properties
from sandbox.curity.runtime.known_members import SERVERS
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.registered_clients import RegisteredClient
from sandbox.curity.runtime.registration import answer, hand_out, shown_attributes
from sandbox.curity.runtime.token_endpoint import MANAGEMENT_SCOPE
from sandbox.curity.runtime.tokens import digest
from sandbox.curity.runtime.view import Endpoint, Management, Profile, Registration


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Who may do what: the client it is about, and the registration token used (None: by a `dcrm` token)."""

    row: RegisteredClient
    token: str | None


def manage(node: Node, profile: Profile, endpoint: Endpoint, settings: Registration, call: Call, client_id: str) -> Response:
    """Read, update or delete one registered client.

    Raises:
        errors.Refused: management is off, the token is not good for it, or the update is not valid.
    """
    if settings.management is None:
        raise errors.not_found()
    if call.method not in ("GET", "PUT", "DELETE"):
        raise errors.method_not_allowed()
    allowed = _allowed(node, profile, settings.management, call, client_id)
    if call.method == "DELETE":
        node.clients.delete(client_id)
        node.tokens.remove_of(client_id)
        return Response(status_code=204)
    row = allowed.row if call.method == "GET" else _updated(node, profile, settings, call, allowed.row)
    if call.method == "GET" and allowed.token is None and node.readings["curity.dcrm-read"] == "keeps":
        return JSONResponse(answer(node, profile, endpoint, row), headers=errors.NO_STORE)
    kept = allowed.token if settings.management.reuse_token else None
    rotated, shown = hand_out(node, _with_old_secret(node, row, settings.management), settings, kept)
    node.clients.save(rotated)
    return JSONResponse(answer(node, profile, endpoint, rotated) | shown, headers=errors.NO_STORE)


def _allowed(node: Node, profile: Profile, management: Management, call: Call, client_id: str) -> _Allowed:
    text = call.bearer()
    row = node.clients.get(client_id)
    if text is None or row is None or row.profile != profile.id:
        raise errors.invalid_token(registration=True)
    access = node.tokens.find(text, node.now())
    if access is not None:
        if MANAGEMENT_SCOPE not in access.scopes:
            raise errors.insufficient_scope(registration=True)
        return _Allowed(row, None)
    age = node.now() - row.token_issued_at
    if not hmac.compare_digest(digest(text), row.token_digest or "") or age >= management.token_ttl:
        raise errors.invalid_token(registration=True)
    if age >= management.read_write_ttl and call.method != "DELETE":
        raise errors.only_delete_is_left(node.readings)
    return _Allowed(row, text)


def _updated(node: Node, profile: Profile, settings: Registration, call: Call, row: RegisteredClient) -> RegisteredClient:
    asked, members = parse(call)
    forbidden = SERVERS & members.keys()
    if forbidden:
        raise errors.invalid_client_metadata(f"{min(forbidden)} is not for the client to send")
    if asked.client_id != row.client_id:
        raise errors.invalid_client_metadata("client_id must be the client's own")
    if asked.client_secret is not None and digest(asked.client_secret) != row.secret_digest:
        raise errors.invalid_client_metadata("client_secret is not the current one")
    negotiated = negotiate(node, profile, settings, asked, row.client_id)
    return replace(
        row,
        grant_types=negotiated.grants,
        scope=negotiated.scopes,
        redirect_uris=negotiated.redirect_uris,
        client_name=asked.client_name,
        token_endpoint_auth_method=negotiated.auth_method,
        attributes=shown_attributes(negotiated),
        properties=properties(node, members),
    )


def _with_old_secret(node: Node, row: RegisteredClient, management: Management) -> RegisteredClient:
    if management.rotated_secret_ttl == 0:
        return replace(row, old_secret_digest=None, old_secret_until=0)
    return replace(row, old_secret_digest=row.secret_digest, old_secret_until=node.now() + management.rotated_secret_ttl)
