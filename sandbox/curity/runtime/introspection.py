"""Introspection, revocation and userinfo: what is made of a token afterwards.

Source: RFC 7662, RFC 7009; docs/vendors/curity.md, Introspection.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_authentication import authenticate
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.token_endpoint import PURPOSE
from sandbox.curity.runtime.view import Profile

JWT_MEDIA_TYPE = "application/jwt"


def introspect(node: Node, profile: Profile, call: Call) -> Response:
    """Say what a token is; `Accept: application/jwt` exchanges it for the JWT behind it.

    Raises:
        errors.Refused: the caller is no client with the introspection capability, or names no token.
    """
    if call.method != "POST":
        raise errors.method_not_allowed()
    form = call.form()
    caller = authenticate(node, profile, call, form)
    if "introspection" not in caller.capabilities:
        raise errors.unauthorized_client("introspection")
    if "token" not in form:
        raise errors.invalid_request("token is missing")
    found = node.tokens.find(form["token"], node.now())
    if call.accepts(JWT_MEDIA_TYPE):
        return Response(found.jwt, media_type=JWT_MEDIA_TYPE) if found and found.jwt else Response(status_code=204)
    if found is None:
        return JSONResponse({"active": False})
    return JSONResponse(
        {
            "sub": found.subject,
            "purpose": PURPOSE,
            "iss": found.issuer,
            "active": True,
            "token_type": "bearer",
            "client_id": found.client_id,
            "aud": list(found.audience),
            "nbf": found.issued_at,
            "scope": " ".join(found.scopes),
            "exp": found.expires_at,
            "delegationId": found.delegation,
            "iat": found.issued_at,
        }
    )


def revoke(node: Node, profile: Profile, call: Call) -> Response:
    """Revoke a token of the caller's own; 200 whether or not there was one (RFC 7009 section 2.2).

    Raises:
        errors.Refused: the client could not be authenticated, or names no token.
    """
    if call.method != "POST":
        raise errors.method_not_allowed()
    form = call.form()
    caller = authenticate(node, profile, call, form)
    if "token" not in form:
        raise errors.invalid_request("token is missing")
    found = node.tokens.find(form["token"], node.now())
    if found and found.client_id == caller.id:
        node.tokens.remove(found.text)
    return Response(status_code=200)


def userinfo(node: Node, _profile: Profile, call: Call) -> Response:
    """Refuse, always: every token here comes from client credentials, and those have no user.

    Raises:
        errors.Refused: invalid_token, or what the reading says of a good token without a user.
    """
    if call.method not in ("GET", "HEAD", "POST"):
        raise errors.method_not_allowed()
    text = call.bearer()
    known = text and node.tokens.find(text, node.now())
    if known and node.readings["curity.userinfo-without-user"] == "403":
        raise errors.insufficient_scope()
    raise errors.invalid_token()
