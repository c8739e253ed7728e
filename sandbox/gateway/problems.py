"""Every answer that the gateway gives itself. Source: docs/vendors/konnect.md, Gateway answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from starlette.responses import HTMLResponse, Response

# What the OIDC plugin puts into the challenge is open.
CHALLENGES = {"bearer": 'Bearer realm="kong", error="invalid_token"', "basic": 'Basic realm="service"', "none": ""}


class Denied(Exception):
    """The gateway's own answer, with the message Kong gives."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


def no_route() -> Denied:
    """The path belongs to no route."""
    return Denied(404, "no Route matched with those values")


def https_only() -> Denied:
    """A plain request for a route that speaks HTTPS only."""
    return Denied(426, "Please use HTTPS protocol", {"Connection": "Upgrade", "Upgrade": "TLS/1.2, HTTP/1.1"})


def unauthorized(readings: Mapping[str, str], message: str = "Unauthorized") -> Denied:
    """No application, or its credentials are not good."""
    challenge = CHALLENGES[readings["gateway.www-authenticate"]]
    return Denied(401, message, {"WWW-Authenticate": challenge} if challenge else None)


def no_registration() -> Denied:
    """A known application with good credentials, not registered and approved for this API."""
    return Denied(403, "You cannot consume this service")


def forbidden(message: str = "Forbidden") -> Denied:
    """The token lacks an audience or a scope that the plugin asks for."""
    return Denied(403, message)


def response(denied: Denied, accept: str, request_id: str) -> Response:
    """As Kong prints it since 3.5: JSON over several lines with the request's id, or HTML for who asks for that."""
    if "text/html" in accept:
        title = HTTPStatus(denied.status).phrase
        text = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{escape(denied.message)}.</p>"
        return HTMLResponse(f"{text}<p>request_id: {request_id}</p></body></html>", denied.status, denied.headers)
    text = f'{{\n  "message":{json.dumps(denied.message)},\n  "request_id":{json.dumps(request_id)}\n}}'
    return Response(text, denied.status, denied.headers, media_type="application/json; charset=utf-8")
