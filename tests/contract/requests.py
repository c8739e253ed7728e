"""Requests that meet no sandbox, judged by the vendors' documents all the same. Equal ones are judged once."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import parse_qsl

import httpx
from openapi_core.testing import MockRequest

from tests.contract.documents import HOST, load
from tests.contract.judge import Judge
from tests.reference import REFERENCE

COOKIE_VALUE = re.compile("=[^;]*")  # another one for each session, and none of the document's business


def require_documented(system: str, request: httpx.Request) -> None:
    """Raises AssertionError if no document of the system has such a request; passes where the documents are not at hand."""
    if REFERENCE:
        known = ((name, value) for name, value in request.headers.items() if name in ("content-type", "cookie"))
        headers = tuple((name, COOKIE_VALUE.sub("=x", value) if name == "cookie" else value) for name, value in known)
        found = _violations(system, request.method, request.url.path, request.url.query.decode(), headers, request.content)
        assert found == (), found


@cache
def _violations(system: str, method: str, path: str, query: str, headers: tuple[tuple[str, str], ...], body: bytes) -> tuple[str, ...]:
    assert REFERENCE is not None
    judge = Judge(REFERENCE / "konnect", {})
    content_type = dict(headers).get("content-type", "").partition(";")[0]
    arguments = dict(parse_qsl(query, keep_blank_values=True))
    request = MockRequest(HOST, method, path, args=arguments, headers=dict(headers), data=body or None, content_type=content_type)
    judge.judge_request(load(judge.directory, system), request)
    return tuple(judge.violations)
