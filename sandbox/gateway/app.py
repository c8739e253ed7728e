"""The gateway over HTTPS: judge, then answer itself or let a small upstream echo."""

from __future__ import annotations

import secrets

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.gateway.decision import Admitted, Gateway
from sandbox.gateway.problems import Denied, response

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SOFTWARE = "kong/3.14.0.0"


def create_app(gateway: Gateway) -> Starlette:
    """The application: every path is the gateway's."""

    async def proxy(request: Request) -> Response:
        request_id = secrets.token_hex(16)
        host = request.headers.get("host", "").partition(":")[0]
        wish = request.method, request.url.scheme, host, request.url.path, request.headers.get("authorization", "")
        try:
            admitted = await run_in_threadpool(gateway.decide, *wish)
        except Denied as denied:
            answer = response(denied, request.headers.get("accept", ""), request_id)
            answer.headers["Server"] = SOFTWARE
        else:
            answer = JSONResponse(_upstream(gateway, request, admitted), headers={"Via": f"1.1 {SOFTWARE}"})
        answer.headers["X-Kong-Request-Id"] = request_id
        return answer

    return Starlette(routes=[Route("/{path:path}", proxy, methods=METHODS)])


def _upstream(gateway: Gateway, request: Request, admitted: Admitted) -> dict[str, object]:
    """What the upstream saw: the credentials' scheme, never their value."""
    seen = {name: value for name, value in request.headers.items() if name not in ("authorization", "cookie")}
    scheme = "Bearer" if admitted.token else request.headers.get("authorization", "").partition(" ")[0]
    seen |= {"x-forwarded-path": request.url.path, "x-forwarded-proto": request.url.scheme}
    application = admitted.application
    if application:
        seen |= {
            "x-application-id": application.id,
            "x-application-developer-id": application.owner_id,
            "x-application-portal-id": application.portal_id,
            "x-application-org-id": gateway.org.id,
        }
    return {"method": request.method, "path": admitted.matched.upstream_path, "authorization_scheme": scheme, "headers": seen}
