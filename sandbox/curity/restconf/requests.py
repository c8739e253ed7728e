"""What RESTCONF needs of an HTTP request: method, path as it was encoded, query, media types.

Source: docs/vendors/curity.md, Admin access (media types), RESTCONF queries (each at most once).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

from sandbox.curity import problems


class Encoding(Enum):
    """How data is written."""

    JSON = "application/yang-data+json"
    XML = "application/yang-data+xml"


YANG_PATCH = {"application/yang-patch+json": Encoding.JSON, "application/yang-patch+xml": Encoding.XML}
_ANY = ("*/*", "application/*")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its body already here."""

    method: str
    url: str
    """The whole URL without query."""
    path: str
    """Below the API's root, percent-encoded as it came."""
    query: Mapping[str, str]
    headers: Headers
    body: bytes

    @property
    def media_type(self) -> str:
        """The body's media type without parameters."""
        return _bare(self.headers.get("content-type", ""))

    def body_encoding(self) -> Encoding:
        """How the body is written.

        Raises:
            Problem: in no way that RESTCONF knows.
        """
        return _encoding(self.media_type) or _refuse_media_type(self.media_type)


def answer_encoding(headers: Headers) -> Encoding | None:
    """How the client wants the answer: XML where it does not say; None if it takes neither."""
    wanted = [one for one in map(_bare, headers.get("accept", "*/*").split(",")) if one]
    for media_type in wanted:
        found = Encoding.XML if media_type in _ANY else _encoding(media_type) or YANG_PATCH.get(media_type)
        if found:
            return found
    return None


def parse_query(raw: str) -> dict[str, str]:
    """The query's parameters.

    Raises:
        Problem: one stands there twice.
    """
    pairs = parse_qsl(raw, keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs):
        names = [name for name, _ in pairs]
        raise problems.query_parameter(next(name for name in names if names.count(name) > 1))
    return query


def _encoding(media_type: str) -> Encoding | None:
    return next((one for one in Encoding if one.value == media_type), None)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _refuse_media_type(media_type: str) -> Encoding:
    raise problems.media_type(media_type)
