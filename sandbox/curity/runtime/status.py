"""The status endpoint that every node has on a port of its own.

Source: docs/vendors/curity.md, Status endpoint.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.curity.runtime.node import Node

# WAITING is a node without its admin node: it serves, with a configuration that may be stale.
_READY = ("RUNNING", "WAITING")


def create_status_app(node: Node) -> Starlette:
    """`/` says whether the node is started and configured, `/serving` whether it serves requests."""

    async def status(_request: Request) -> Response:
        ready = node.knobs.node_state in _READY
        return JSONResponse(_body(node), 200 if ready else 503)

    return Starlette(routes=[Route("/", status), Route("/serving", status)])


def _body(node: Node) -> dict[str, Any]:
    state = node.knobs.node_state
    body: dict[str, Any] = {"isReady": state in _READY, "isServing": state in _READY, "nodeState": state}
    if node.readings["curity.status-transaction-id"] == "present":
        body["transactionId"] = str(node.configuration.revision)
    return body
