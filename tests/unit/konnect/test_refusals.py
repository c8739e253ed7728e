"""What Konnect's answers mean: one table for the platform API and the portals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import DcrError, Missing, Passing, Refused, Stale, Unknown
from dcr.konnect.refusals import LONGEST_QUOTE, refusal
from dcr.konnect.roles import role_needed
from tests.in_process import problem

CONFLICT: dict[str, Any] = {"title": "Conflict", "detail": "Key (org_id, name)=(8a6e97b1, test1) already exists."}
NOT_UNIQUE: dict[str, Any] = {
    "title": "Invalid Request",
    "detail": "Invalid Parameters",
    "invalid_parameters": [{"field": "name", "reason": "name (type: unique) constraint failed"}],
}
UNKNOWN_FIELD: dict[str, Any] = {
    "title": "Invalid Request",
    "detail": "Invalid Parameters",
    "invalid_parameters": [{"field": "configs.openid-connect.labels", "reason": "unknown field", "rule": "invalid", "source": "body"}],
}
HTML = httpx.Response(502, text="<html><body>Bad Gateway Bearer kpat_leaked</body></html>")


def judged(method: str, answer: httpx.Response, path: str = "/v2/dcr-providers") -> DcrError | None:
    answer.request = httpx.Request(method, f"https://eu.api.konghq.com{path}")
    return refusal("konnect", answer, role_needed)


def said(answer: httpx.Response, method: str = "POST", path: str = "/v2/dcr-providers") -> str:
    return str(judged(method, answer, path))


@pytest.mark.parametrize(
    ("method", "answer", "kind", "reason"),
    [
        ("GET", problem(200, ""), None, "fine"),
        ("POST", problem(201, ""), None, "created"),
        ("DELETE", httpx.Response(204), None, "gone"),
        ("PUT", problem(201, ""), None, "the documents say 200, the how-tos 201"),
        ("POST", problem(400, **UNKNOWN_FIELD), Refused, "a wrong field stays wrong"),
        ("POST", problem(400, **NOT_UNIQUE), Stale, "a duplicate in the words of the gateway's entities"),
        ("POST", problem(409, **CONFLICT), Stale, "a duplicate: find it"),
        ("DELETE", problem(409, "Conflict", "in use"), Refused, "something still uses it"),
        ("GET", problem(401, "Unauthorized"), Refused, "the token was read again already"),
        ("GET", problem(403, "Forbidden"), Refused, "a missing role"),
        ("GET", problem(404, "Not Found"), Missing, "not in this organisation and region"),
        ("POST", problem(405, "Method Not Allowed"), Refused, "will never work"),
        ("GET", problem(408, "Request Timeout"), Passing, "reading again is safe"),
        ("POST", problem(408, "Request Timeout"), Unknown, "a proxy may have passed it on"),
        ("POST", problem(429, "Too Many Requests"), Passing, "not applied"),
        ("GET", problem(500, "Internal"), Passing, "reading again is safe"),
        ("POST", problem(500, "Internal"), Unknown, "may have been applied"),
        ("POST", problem(501, "Not Implemented"), Refused, "not applied, and never will be"),
        ("PATCH", HTML, Unknown, "a proxy answers in HTML"),
        ("GET", HTML, Passing, "a proxy answers in HTML"),
        ("POST", problem(503, "Unavailable"), Passing, "not applied"),
        ("POST", problem(504, "Timeout"), Unknown, "may have been applied"),
    ],
)
def test_each_status_says_what_the_caller_can_do(method: str, answer: httpx.Response, kind: type[DcrError] | None, reason: str) -> None:
    verdict = judged(method, answer)

    assert (type(verdict) if verdict else None) is kind, reason


def test_the_wait_that_a_server_names_goes_along() -> None:
    answer = problem(429, "Too Many Requests")
    answer.headers["retry-after"] = "7"
    error = judged("POST", answer)

    assert isinstance(error, Passing) and error.retry_after == 7.0


def test_the_invalid_field_its_reason_and_the_trace_id_are_named() -> None:
    text = said(problem(400, **UNKNOWN_FIELD))

    assert "configs.openid-connect.labels: unknown field" in text
    assert "kong:trace:1" in text


def test_a_body_that_is_no_problem_document_is_never_quoted() -> None:
    assert "kpat_leaked" not in said(HTML)
    assert "kpat_leaked" not in said(httpx.Response(400, json={"message": "kpat_leaked", "received": {"client_secret": "kpat_leaked"}}))
    assert "kpat_leaked" not in said(httpx.Response(400, json=["kpat_leaked"]))


def test_a_long_detail_is_cut() -> None:
    assert said(problem(400, "Bad Request", "x" * 5000)).count("x") < LONGEST_QUOTE


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"invalid_parameters": 7}', b'{"title": null}'])
def test_a_mangled_problem_document_changes_nothing_but_the_words(body: bytes) -> None:
    assert type(judged("POST", httpx.Response(400, content=body))) is Refused


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/v2/dcr-providers", "DCR Providers: Creator"),
        ("PATCH", "/v2/dcr-providers/1", "DCR Providers: Maintainer"),
        ("POST", "/v2/dcr-providers/1/verify", "DCR Providers: Maintainer"),
        ("GET", "/v2/application-auth-strategies", "Application Auth Strategies: Viewer"),
        ("POST", "/v2/application-auth-strategies", "Application Auth Strategies: Creator"),
        ("PATCH", "/v2/application-auth-strategies/1", "Application Auth Strategies: Maintainer"),
        ("GET", "/v3/portals", "Portals: Maintainer"),
        ("GET", "/v3/portals/1/developers", "Portals: Maintainer"),
        ("GET", "/v3/portals/1/applications/2/registrations", "Portals: Maintainer"),
        ("POST", "/v3/portals/1/applications", "Portals: Admin"),
        ("PATCH", "/v3/portals/1/applications/2/registrations/3", "APIs: Registration Approver"),
        ("GET", "/v3/apis", "APIs: Publisher"),
        ("PUT", "/v3/apis/1/publications/2", "APIs: Publisher, and Application Auth Strategies: Viewer"),
        ("GET", "/v3/apis/1/registrations", "APIs: Registration Approver"),
        ("GET", "/v3/api-implementations", "APIs: Publisher"),
        ("GET", "/v9/unheard-of", "not known to this tool"),
    ],
)
def test_a_403_names_the_role_that_the_call_needs(method: str, path: str, role: str) -> None:
    assert role in said(problem(403, "Forbidden"), method, path)


@pytest.mark.parametrize("field", ["title", "detail", "instance"])
def test_words_that_are_not_text_are_ignored(field: str) -> None:
    document: dict[str, Any] = {"title": "Bad Request", field: {"a": 1}}

    assert type(judged("POST", httpx.Response(400, json=document))) is Refused
