"""Reads JSON answers into models, and lists to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dcr.errors import DcrError, Passing, Refused, Unknown
from dcr.http.sender import READING

MOST_PAGES = 200  # a bound against a server whose lists do not end

Id = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
"""A UUID, checked before it becomes part of a path."""


class KonnectAnswer(BaseModel):
    """Part of a vendor's answer; vendors add fields, so what is not named here is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


A = TypeVar("A", bound=KonnectAnswer)
Send = Callable[..., httpx.Response]


class Page(KonnectAnswer):
    total: int


class Meta(KonnectAnswer):
    page: Page


class Listing(KonnectAnswer):
    data: list[dict[str, Any]]
    meta: Meta


def parsed(system: str, model: type[A], response: httpx.Response) -> A:
    """Read an answer.

    Raises:
        Passing: a read's answer is not whole JSON.
        Unknown: a write's answer is not whole JSON; it may have been applied.
        Refused: it is JSON of another shape than documented.
    """
    try:
        return model.model_validate(json.loads(response.content))
    except ValidationError as error:
        raise _misshapen(system, response, error) from None
    except ValueError:
        raise _garbled(system, response) from None


def listed(system: str, send: Send, path: str, model: type[A], filters: Mapping[str, str]) -> tuple[A, ...]:
    """Every object of a list, page by page until its `total`.

    No `page[size]` is sent: its greatest value is not documented (docs/vendors/konnect.md, Lists).

    Args:
        filters: `filter[...]` parameters by their whole name, and their values.

    Raises:
        Refused: the list does not end within 200 pages.
    """
    found: list[dict[str, Any]] = []
    for number in range(1, MOST_PAGES + 1):
        params = dict(filters) | ({"page[number]": str(number)} if number > 1 else {})
        response = send("GET", path, params=params)
        page = parsed(system, Listing, response)
        found += page.data
        if len(found) >= page.meta.page.total or not page.data:
            return tuple(_shaped(system, model, item, response) for item in found)
    raise Refused(f"{system}: GET {path}", f"the list does not end within {MOST_PAGES} pages", "Remove what is not used any more.")


def _shaped(system: str, model: type[A], item: dict[str, Any], response: httpx.Response) -> A:
    try:
        return model.model_validate(item)
    except ValidationError as error:
        raise _misshapen(system, response, error) from None


def _where(system: str, response: httpx.Response) -> str:
    return f"{system}: {response.request.method} {response.request.url.copy_with(query=None)}"


def _misshapen(system: str, response: httpx.Response, error: ValidationError) -> Refused:
    first = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(map(str, first["loc"])) or "the whole"
    problem = f"answered {response.status_code} in another shape than documented: {field}: {first['msg']}"
    return Refused(_where(system, response), problem, "Check that the address is this system's; if it is, it has changed.")


def _garbled(system: str, response: httpx.Response) -> DcrError:
    problem = f"answered {response.status_code} with something that is not JSON"
    if response.request.method in READING:
        return Passing(_where(system, response), problem, "Reading again is safe.")
    return Unknown(_where(system, response), problem, "It may have been applied: what is there now is read before writing again.")
