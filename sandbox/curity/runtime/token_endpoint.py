"""The token endpoint: client credentials, and the built-in scope `dcr`.

Source: RFC 6749 sections 4.4 and 5; docs/vendors/curity.md, Token requests.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_authentication import CAPABILITY_OF_GRANT, Caller, authenticate
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.tokens import Token, opaque_token
from sandbox.curity.runtime.view import Profile

REGISTRATION_SCOPE = "dcr"
MANAGEMENT_SCOPE = "dcrm"
OPENID = "openid"
PURPOSE = "access_token"
# No user ever logs in here, so no code, refresh token or password can be right.
_USER_GRANTS = {"authorization_code": "code", "refresh_token": "code", "password": "resource-owner-password-credentials"}


def token(node: Node, profile: Profile, call: Call) -> Response:
    """Answer a token request.

    Raises:
        errors.Refused: an error of RFC 6749 section 5.2.
    """
    if call.method != "POST":
        raise errors.method_not_allowed()
    form = call.form()
    caller = authenticate(node, profile, call, form)
    _check_grant(profile, caller, form.get("grant_type"))
    issued = _issue(node, profile, caller, _granted_scopes(node, profile, caller, form.get("scope", "")))
    node.tokens.add(issued)
    lifetime = issued.expires_at - issued.issued_at - (1 if node.readings["curity.expires-in"] == "one-less" else 0)
    body = {"access_token": issued.text, "token_type": "bearer", "expires_in": lifetime}
    return JSONResponse(body | _scope_member(issued), headers=errors.NO_STORE)


def _check_grant(profile: Profile, caller: Caller, grant: str | None) -> None:
    if grant is None:
        raise errors.invalid_request("grant_type is missing")
    capability = _USER_GRANTS.get(grant) or CAPABILITY_OF_GRANT.get(grant)
    if capability is None or capability not in profile.capabilities:
        raise errors.unsupported_grant_type()
    if capability not in caller.capabilities:
        raise errors.unauthorized_client(capability)
    if grant != "client_credentials":
        raise errors.invalid_grant()


def _granted_scopes(node: Node, profile: Profile, caller: Caller, requested: str) -> tuple[str, ...]:
    openid = node.readings["curity.openid-with-client-credentials"]
    if not requested.split():
        offered = caller.scopes if node.readings["curity.token-scope-omitted"] == "all" else ()
        return tuple(scope for scope in offered if scope != OPENID or openid == "tolerated")
    wanted = tuple(dict.fromkeys(requested.split()))
    for scope in wanted:
        if not _may_have(profile, caller, scope) or (scope == OPENID and openid == "refused"):
            raise errors.invalid_scope(scope)
    return tuple(scope for scope in wanted if scope != OPENID or openid == "tolerated")


def _may_have(profile: Profile, caller: Caller, scope: str) -> bool:
    registration = profile.registration
    if scope == REGISTRATION_SCOPE:
        return registration is not None and caller.id in registration.registrants
    if scope == MANAGEMENT_SCOPE:
        management = registration.management if registration else None
        return management is not None and caller.id in management.managers
    return scope in caller.scopes


def _issue(node: Node, profile: Profile, caller: Caller, scopes: tuple[str, ...]) -> Token:
    now = int(node.now())
    plain = Token(
        id=str(uuid.uuid4()),
        delegation=str(uuid.uuid4()),
        profile=profile.id,
        issuer=profile.issuer,
        client_id=caller.id,
        subject=f"not-{caller.id}" if node.knobs.foreign_subject else caller.id,
        audience=caller.audience,
        scopes=scopes,
        issued_at=now,
        expires_at=now + caller.access_token_ttl,
    )
    signed = node.keys.sign(profile.token_issuer, _claims(node, plain))
    kept = {REGISTRATION_SCOPE, MANAGEMENT_SCOPE} & set(scopes)
    opaque = not profile.token_issuer.jwt or (kept and node.readings["curity.dcr-token-form"] == "opaque")
    if opaque:
        return replace(plain, text=opaque_token(), jwt=signed)
    if signed is None:
        raise errors.server_error()
    return replace(plain, text=signed, jwt=signed)


def _claims(node: Node, issued: Token) -> dict[str, object]:
    one = len(issued.audience) == 1 and node.readings["curity.audience-form"] == "string"
    return {
        "jti": issued.id,
        "delegationId": issued.delegation,
        "exp": issued.expires_at,
        "nbf": issued.issued_at,
        **_scope_member(issued),
        "iss": issued.issuer,
        "sub": issued.subject,
        "aud": issued.audience[0] if one else list(issued.audience),
        "iat": issued.issued_at,
        "purpose": PURPOSE,
    }


def _scope_member(issued: Token) -> dict[str, str]:
    return {"scope": " ".join(issued.scopes)} if issued.scopes else {}
