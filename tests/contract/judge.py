"""The one place through which every exchange of the tests passes: request and answer against the vendor's document."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.contract.documents import DOCUMENTS, HOST, Document, Operation, load

JUDGED = "exchanges with Konnect and the portal, judged by their documents"  # what the suite's last lines tell
APPLICATION, PORTAL_APPLICATION = "/portals/{portalId}/applications", "/api/v3/applications"
# A reading that plays an answer the document does not have: (reading, its value) -> operations and status. Nothing else is exempt.
EXEMPT: Mapping[tuple[str, str], tuple[tuple[str, str, int], ...]] = {
    ("konnect.publication-status", "201"): (("PUT", "/apis/{apiId}/publications/{portalId}", 201),),
    ("konnect.strategy-put-status", "200"): (("PUT", "/application-auth-strategies/{authStrategyId}", 200),),
    ("konnect.verify-failure", "400"): (("POST", "/dcr-providers/{dcrProviderId}/verify", 400),),
    ("konnect.duplicate-provider-name", "409"): (("POST", "/dcr-providers", 409), ("PATCH", "/dcr-providers/{dcrProviderId}", 409)),
    ("konnect.duplicate-strategy-name", "409"): (
        ("POST", "/application-auth-strategies", 409),
        ("PUT", "/application-auth-strategies/{authStrategyId}", 409),
        ("PATCH", "/application-auth-strategies/{authStrategyId}", 409),
    ),
    ("konnect.delete-provider-in-use", "409"): (("DELETE", "/dcr-providers/{dcrProviderId}", 409),),
    ("konnect.application-idp-failure", "409"): (("POST", APPLICATION, 409),),
    ("konnect.application-idp-failure", "502"): (
        ("POST", APPLICATION, 502),
        ("POST", PORTAL_APPLICATION, 502),
        ("POST", PORTAL_APPLICATION + "/{applicationId}/regenerate-secret", 502),
    ),
    ("konnect.admin-create-secret", "shown"): (("POST", APPLICATION, 201),),
    ("konnect.imported-client-deletion", "refused"): (("DELETE", APPLICATION + "/{applicationId}", 400),),
    ("portal.regenerate-secret", "403"): (("POST", PORTAL_APPLICATION + "/{applicationId}/regenerate-secret", 403),),
    ("konnect.unlisted-not-found", "404"): (
        ("PUT", "/application-auth-strategies/{authStrategyId}", 404),
        ("POST", APPLICATION, 404),
        ("POST", "/portals/{portalId}/developers", 404),
        ("GET", "/portals/{portalId}/authentication-settings", 404),
        ("PATCH", "/portals/{portalId}/authentication-settings", 404),
        ("GET", "/control-planes/{controlPlaneId}/expected-config-hash", 404),
        ("GET", "/control-planes/{controlPlaneId}/nodes", 404),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/services", 404),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/routes", 404),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/services/{ServiceId}/routes", 404),
    ),
    ("konnect.unlisted-not-found", "403"): (
        ("GET", "/portals/{portalId}/authentication-settings", 403),
        ("GET", "/control-planes/{controlPlaneId}/expected-config-hash", 403),
        ("GET", "/control-planes/{controlPlaneId}/nodes", 403),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/services", 403),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/routes", 403),
        ("GET", "/control-planes/{controlPlaneId}/core-entities/services/{ServiceId}/routes", 403),
    ),
}


@dataclass(slots=True)
class Judge:
    """Collects what was judged and what was found. Safe to use from several threads."""

    directory: Path
    readings: Mapping[str, str]
    judged: Counter[Operation] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def middleware(self, system: str, app: ASGIApp) -> ASGIApp:
        """Judge what goes through `app`, if the system has documents."""
        return _Judged(self, load(self.directory, system), app) if system in DOCUMENTS else app

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self.judged.clear()
            self.violations.clear()

    def judge(self, documents: tuple[Document, ...], request: MockRequest, response: MockResponse) -> None:
        """Judge one exchange."""
        found = self.judge_request(documents, request)
        if found is None:
            return
        document, operation = found
        with self._lock:
            self.judged[operation] += 1
        if self._exempt(operation, response.status_code):
            return
        try:
            document.api.validate_response(request, response)
        except OpenAPIError as error:
            self._found(f"answer {operation.method} {operation.template} -> {response.status_code}: {_words(error)}")

    def judge_request(self, documents: tuple[Document, ...], request: MockRequest) -> tuple[Document, Operation] | None:
        """Judge what was asked; tell which operation of which document it is, None if it is none."""
        for document in documents:
            operation = document.operation(request.method, request.path)
            if operation:
                break
        else:
            self._found(f"{request.method} {request.path}: no document has this operation")
            return None
        for name in document.unknown_filters(operation, request.parameters.query):
            self._found(f"request {operation.method} {operation.template}: no filter {name}")
        try:
            document.api.validate_request(request)
        except OpenAPIError as error:
            self._found(f"request {operation.method} {operation.template}: {_words(error)}")
        return document, operation

    def _exempt(self, operation: Operation, status: int) -> bool:
        wanted = (operation.method.upper(), operation.template, status)
        return any(self.readings.get(name) == value and wanted in exempt for (name, value), exempt in EXEMPT.items())

    def _found(self, what: str) -> None:
        with self._lock:
            self.violations.append(what)


class _Judged:
    def __init__(self, judge: Judge, documents: tuple[Document, ...], app: ASGIApp) -> None:
        self._judge, self._documents, self._app = judge, documents, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent, body, status, headers, answer = b"", b"", 0, {}, b""

        async def received() -> Message:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        async def kept(message: Message) -> None:
            nonlocal status, headers, answer
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            elif message["type"] == "http.response.body":
                answer += message.get("body", b"")
                if not message.get("more_body"):
                    self._judge.judge(self._documents, _request(scope, sent or body), _response(status, headers, answer))
            await send(message)

        await self._app(scope, received, kept)


def _request(scope: Scope, body: bytes) -> MockRequest:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    content_type = headers.get("content-type", "").partition(";")[0]
    return MockRequest(HOST, scope["method"], scope["path"], args=query, headers=headers, data=body or None, content_type=content_type)


def _response(status: int, headers: Mapping[str, str], body: bytes) -> MockResponse:
    content_type = headers.get("content-type", "").partition(";")[0]
    return MockResponse(body, status_code=status, headers=dict(headers), content_type=content_type)


def _words(error: BaseException) -> str:
    cause = error.__cause__
    details = getattr(cause, "schema_errors", None) or getattr(error, "schema_errors", None) or ()
    return f"{error}: " + "; ".join(str(detail).splitlines()[0] for detail in details)
