"""The operations of an API as a table, and how a line of it answers. Handlers are plain functions in worker threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.konnect.calls import Call, Handler
from sandbox.konnect.problems import Problem, as_read, method_not_allowed, not_found, problem_json

Form = Callable[[Problem, Mapping[str, str]], Response]
Guard = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an OpenAPI document."""

    method: str
    path: str
    handler: Handler
    listed: frozenset[int]
    """Refusals that the document lists."""
    form: Form = problem_json


def operation(method: str, path: str, handler: Handler, listed: str, form: Form = problem_json) -> Operation:
    """A line of the table; `listed` as the document has it, like "400 401 403"."""
    return Operation(method, path, handler, frozenset(int(status) for status in listed.split()), form)


def routes(operations: Iterable[Operation], readings: Mapping[str, str], guard: Guard) -> list[Route]:
    """One route a path, so that a method that a path does not have is told with those it has. `guard` decides on login and rights."""
    by_path: dict[str, dict[str, Operation]] = {}
    for one in operations:
        by_path.setdefault(one.path, {})[one.method] = one
    return [Route(path, _endpoint(found, readings, guard), methods=list(found)) for path, found in by_path.items()]


def unrouted(readings: Mapping[str, str]) -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """Answers for paths and methods that are not served."""

    def answer(problem: Problem) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def respond(_request: Request, error: Exception) -> Response:
            response = problem_json(problem, readings)
            response.headers.update((error.headers if isinstance(error, HTTPException) else None) or {})
            return response

        return respond

    return {404: answer(not_found()), 405: answer(method_not_allowed())}


def _endpoint(found: Mapping[str, Operation], readings: Mapping[str, str], guard: Guard) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        one = found["GET" if request.method == "HEAD" else request.method]
        call = Call(
            request.method,
            request.url.path,
            {name: str(value) for name, value in request.path_params.items()},
            tuple(request.query_params.multi_items()),
            request.headers,
            request.cookies,
            await request.body(),
            one.listed,
        )
        return await run_in_threadpool(_handle, call, one, guard, readings)

    return respond


def _handle(call: Call, one: Operation, guard: Guard, readings: Mapping[str, str]) -> Response:
    try:
        guard(call)
        return one.handler(call).response()
    except Problem as problem:
        return one.form(as_read(problem, one.listed, readings), readings)
