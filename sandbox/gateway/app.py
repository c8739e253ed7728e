"""The gateway over HTTPS: judge, then answer itself or let a small upstream echo."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.gateway.decision import Admitted, Denied, Gateway

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(gateway: Gateway) -> Starlette:
    """The application: every path is the gateway's."""

    async def proxy(request: Request) -> Response:
        request_id = secrets.token_hex(16)
        try:
            admitted = await run_in_threadpool(gateway.decide, request.url.path, request.headers.get("authorization", ""))
        except Denied as denied:
            return _own_answer(request, denied, request_id)
        return _upstream(request, admitted, request_id)

    return Starlette(routes=[Route("/{path:path}", proxy, methods=METHODS)])


def _own_answer(request: Request, denied: Denied, request_id: str) -> Response:
    """As Kong prints it since 3.5: pretty JSON with the request's id, or HTML for who asks for that."""
    headers = {"X-Kong-Request-Id": request_id, "Server": "kong/3.14.0.0", **denied.headers}
    if "text/html" in request.headers.get("accept", ""):
        title = HTTPStatus(denied.status).phrase
        text = f"<!doctype html><html><head><title>{title}</title></head><body><p>{escape(denied.message)}</p>"
        return HTMLResponse(f"{text}<p>request_id: {request_id}</p></body></html>", denied.status, headers)
    text = f'{{\n  "message":"{denied.message}",\n  "request_id":"{request_id}"\n}}'
    return Response(text, denied.status, headers, media_type="application/json; charset=utf-8")


def _upstream(request: Request, admitted: Admitted, request_id: str) -> Response:
    """What the upstream saw: the credentials' scheme, never their value."""
    seen = {name: value for name, value in request.headers.items() if name != "authorization"}
    scheme = "Bearer" if admitted.token else request.headers.get("authorization", "").partition(" ")[0]
    application = admitted.application
    if application:
        seen |= {"x-application-id": application.id, "x-application-portal-id": application.portal_id}
        seen |= {"x-application-developer-id": application.owner_id}
    body = {"method": request.method, "path": request.url.path, "authorization_scheme": scheme, "headers": seen}
    return JSONResponse(body, headers={"X-Kong-Request-Id": request_id, "Via": "1.1 kong/3.14.0.0"})
