"""Curity's run time as one application: whatever the configuration deploys, and nothing else.

Source: docs/vendors/curity.md, Endpoints and service roles, Metadata, Token requests.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_graphql import GRAPHQL_PATH, serve_graphql
from sandbox.curity.runtime.introspection import introspect, revoke, userinfo
from sandbox.curity.runtime.management import manage
from sandbox.curity.runtime.metadata import OAUTH_PATH, anonymous, oauth_metadata
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.registration import register
from sandbox.curity.runtime.token_endpoint import token
from sandbox.curity.runtime.view import Endpoint, Kind, Profile

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# Endpoints that are one URL; what the sandbox has no user for (authorize, session and the like) is not here.
_SIMPLE: dict[str, Callable[[Node, Profile, Call], Response]] = {
    Kind.TOKEN: token,
    Kind.INTROSPECT: introspect,
    Kind.REVOKE: revoke,
    Kind.USERINFO: userinfo,
}


def create_app(node: Node) -> Starlette:
    """The application of one run-time node. It calls nobody, so it answers on the event loop itself."""

    async def serve(request: Request) -> Response:
        call = Call(request.method, request.url.path, request.url.query, request.headers, await request.body())
        return _answer(node, call)

    return Starlette(routes=[Route("/{path:path}", serve, methods=METHODS)])


def _answer(node: Node, call: Call) -> Response:
    found = node.view().find(call.path)
    profile = found[0] if found else None
    try:
        if found is None:
            if call.path.startswith(OAUTH_PATH):
                return oauth_metadata(node, call)
            raise errors.not_found()
        return _dispatch(node, *found, call)
    except errors.Refused as refused:
        return refused.response(node.readings, detailed=bool(profile and profile.detailed_errors))


def _dispatch(node: Node, profile: Profile, endpoint: Endpoint, rest: str, call: Call) -> Response:
    if endpoint.kind == Kind.ANONYMOUS:
        return anonymous(node, profile, call, rest)
    if endpoint.kind == Kind.REGISTRATION:
        return _registration(node, profile, endpoint, rest, call)
    if endpoint.kind in _SIMPLE and not rest:
        return _SIMPLE[endpoint.kind](node, profile, call)
    raise errors.not_found()


def _registration(node: Node, profile: Profile, endpoint: Endpoint, rest: str, call: Call) -> Response:
    settings = profile.registration
    if settings is None:
        raise errors.not_found()
    if rest == GRAPHQL_PATH:
        return serve_graphql(node, profile, endpoint, call)
    client_id = rest.removeprefix("/") or call.query.get("client_id", "")
    if client_id:
        return manage(node, profile, endpoint, settings, call, client_id)
    return register(node, profile, endpoint, settings, call)
