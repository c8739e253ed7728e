"""One request as a handler sees it, and how a handler's answer becomes HTTP. Handlers are plain functions in worker threads."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.konnect.problems import Problem, invalid, not_found, parameter, unsupported_media_type

Model = TypeVar("Model", bound=BaseModel)

RULES = {
    "missing": "required",
    "extra_forbidden": "unknown_property",
    "string_type": "is_string",
    "bool_type": "is_boolean",
    "list_type": "is_array",
    "tuple_type": "is_array",
    "dict_type": "is_object",
    "model_type": "is_object",
    "model_attributes_type": "is_object",
    "uuid_parsing": "is_uuid",
    "uuid_type": "is_uuid",
    "string_pattern_mismatch": "matches_regex",
}
LIMITS = {
    "string_too_short": ("min_length", "minimum", "min_length"),
    "string_too_long": ("max_length", "maximum", "max_length"),
    "too_short": ("min_items", "minimum", "min_length"),
    "too_long": ("max_items", "maximum", "max_length"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler needs of a request."""

    method: str
    path: str
    path_params: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    content: bytes

    def id(self, name: str) -> str:
        """A path parameter that must be a UUID; one that is none names nothing."""
        try:
            return str(uuid.UUID(self.path_params[name]))
        except ValueError:
            raise not_found(f"{name} is not a UUID") from None

    def body(self, model: type[Model]) -> Model:
        """The JSON body, judged as the vendor's document judges it."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise unsupported_media_type()
        try:
            return model.model_validate_json(self.content, strict=False)
        except ValidationError as error:
            raise invalid(*_entries(error)) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """A handler's success."""

    status: int = 200
    body: Any = None
    cookies: tuple[str, ...] = ()  # whole Set-Cookie values

    def response(self) -> Response:
        """As HTTP."""
        answer = Response(status_code=self.status) if self.body is None else JSONResponse(self.body, self.status)
        for cookie in self.cookies:
            answer.headers.append("set-cookie", cookie)
        return answer


Handler = Callable[[Call], Answer]


def endpoint(handler: Handler, readings: Mapping[str, str], guard: Callable[[Call], None]) -> Callable[[Request], Any]:
    """A Starlette endpoint: `guard` first (login, rights), then the handler, in a thread; problems become answers."""

    async def respond(request: Request) -> Response:
        call = Call(
            request.method,
            request.url.path,
            {name: str(value) for name, value in request.path_params.items()},
            tuple(request.query_params.multi_items()),
            request.headers,
            request.cookies,
            await request.body(),
        )
        return await run_in_threadpool(_handle, call, handler, guard, readings)

    return respond


def _handle(call: Call, handler: Handler, guard: Callable[[Call], None], readings: Mapping[str, str]) -> Response:
    try:
        guard(call)
        return handler(call).response()
    except Problem as problem:
        return problem.response(readings)


def _entries(error: ValidationError) -> list[dict[str, Any]]:
    found = [_entry(fault) for fault in error.errors(include_url=False, include_input=False)]
    unique = {json.dumps(entry, sort_keys=True): entry for entry in found}
    return list(unique.values())


def _entry(fault: Any) -> dict[str, Any]:
    field = ".".join(str(part) for part in fault["loc"]) or "body"
    kind, reason = fault["type"], fault["msg"]
    if kind in LIMITS:
        rule, name, limit = LIMITS[kind]
        return parameter(field, reason, rule, **{name: fault["ctx"][limit]})
    if kind in ("enum", "literal_error"):
        choices = [choice.strip().strip("'") for choice in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return parameter(field, reason, "enum", choices=choices)
    return parameter(field, reason, RULES.get(kind, "invalid"))
