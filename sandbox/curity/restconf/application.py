"""The RESTCONF application: access, then the API resource, the server's own state, an action, or a data resource.

Source: docs/vendors/curity.md, Admin access (401 comes before 503 of a missing licence).
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from sandbox.curity import problems
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf.access import authenticate
from sandbox.curity.restconf.answers import plain_answer, refusal
from sandbox.curity.restconf.reads import Reads
from sandbox.curity.restconf.requests import Request, answer_encoding, parse_query
from sandbox.curity.restconf.resource import parse_resource
from sandbox.curity.restconf.rollback import ROLLBACK_ACTION, apply_rollback
from sandbox.curity.restconf.server_state import api_resource, server_state
from sandbox.curity.restconf.writes import Writes

API_ROOT = "/admin/api/restconf"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(datastore: Datastore, readings: Mapping[str, str], users: Mapping[str, str]) -> Starlette:
    """The admin interface of a datastore; its data root is `/admin/api/restconf/data`.

    Args:
        datastore: the configuration.
        readings: the reading in force for each open fact.
        users: passwords by user name.
    """
    restconf = Restconf(datastore, readings, users)

    async def endpoint(http: HttpRequest) -> Response:
        body = await http.body()
        return await run_in_threadpool(restconf.answer, http, body)

    return Starlette(routes=[Route(API_ROOT, endpoint, methods=_METHODS), Route(API_ROOT + "/{path:path}", endpoint, methods=_METHODS)])


class Restconf:
    """The admin interface of one datastore."""

    def __init__(self, datastore: Datastore, readings: Mapping[str, str], users: Mapping[str, str]) -> None:
        self._datastore, self._readings, self._users = datastore, readings, users
        self._reads, self._writes = Reads(datastore), Writes(datastore)

    def answer(self, http: HttpRequest, body: bytes) -> Response:
        """Answer a request, whatever comes of it."""
        try:
            return self._answer(_request(http, body))
        except problems.Problem as problem:
            return refusal(problem, answer_encoding(http.headers))

    def _answer(self, request: Request) -> Response:
        if self._datastore.count_down("starting_requests"):
            raise problems.starting()
        authenticate(request.headers.get("authorization"), self._users, self._datastore.root())
        if self._datastore.knobs.unlicensed:
            raise problems.unlicensed()
        first, _, path = request.path.strip("/").partition("/")
        if not first:
            return self._state(request, api_resource())
        if first != "data":
            raise problems.absent()
        return self._data(request, path)

    def _data(self, request: Request, path: str) -> Response:
        if path.strip("/") == ROLLBACK_ACTION:
            return apply_rollback(request, self._datastore)
        state = server_state(path, self._datastore.schema, self._readings)
        if state is not None:
            return self._state(request, state)
        resource = parse_resource(path, self._datastore.schema)
        match request.method:
            case "GET" | "HEAD":
                return self._reads.get(request, resource)
            case "PATCH":
                return self._writes.patch(request, resource)
            case "PUT":
                return self._writes.put(request, resource)
            case "POST":
                return self._writes.post(request, resource)
            case "DELETE":
                return self._writes.delete(request, resource)
        return Response(headers={"Allow": ", ".join(_METHODS)})

    def _state(self, request: Request, resource: Mapping[str, object]) -> Response:
        """The server's own state is read only."""
        if request.method not in {"GET", "HEAD"}:
            raise problems.method_not_allowed("GET, HEAD")
        encoding = answer_encoding(request.headers)
        if encoding is None:
            raise problems.not_acceptable()
        return plain_answer(resource, encoding, {})


def _request(http: HttpRequest, body: bytes) -> Request:
    """What RESTCONF needs of the request. The path is taken as it was encoded, since `%2F` in a key is no separator."""
    raw = http.scope["raw_path"].partition(b"?")[0].decode("ascii")
    path = raw.partition(API_ROOT)[2]
    url = f"{http.url.scheme}://{http.url.netloc}{raw}"
    return Request(http.method, url, path, parse_query(http.url.query), http.headers, body)
