"""One request as a handler sees it, and a handler's success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from sandbox.konnect.fields import is_uuid
from sandbox.konnect.invalid_parameters import invalid_parameters
from sandbox.konnect.problems import not_found, unsupported_media_type

Model = TypeVar("Model", bound=BaseModel)


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
    listed: frozenset[int] = frozenset()
    """Refusals that the operation's document lists."""

    def id(self, name: str) -> str:
        """A path parameter that must be a UUID; one that is none names nothing."""
        value = self.path_params[name]
        if not is_uuid(value):
            raise not_found()
        return value.lower()

    def body(self, model: type[Model]) -> Model:
        """The JSON body, judged as the vendor's document judges it."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise unsupported_media_type(self.listed)
        try:
            return model.model_validate_json(self.content)
        except ValidationError as error:
            raise invalid_parameters(error) from None


def judged(model: type[Model], value: Any, at: str) -> Model:
    """A member of a body whose form depends on another object."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid_parameters(error, at) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """A handler's success."""

    status: int = 200
    body: Any = None
    cookies: tuple[str, ...] = ()  # whole Set-Cookie values
    headers: Mapping[str, str] | None = None

    def response(self) -> Response:
        """As HTTP."""
        headers = dict(self.headers or {})
        answer = Response(None, self.status, headers) if self.body is None else JSONResponse(self.body, self.status, headers)
        for cookie in self.cookies:
            answer.headers.append("set-cookie", cookie)
        return answer


Handler = Callable[[Call], Answer]
