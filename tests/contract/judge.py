"""The one place through which every exchange of the tests passes: request and answer against the vendor's document."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.contract.documents import DOCUMENTS, HOST, Document, Operation, load

JUDGED = "exchanges with Konnect and the portal, judged by their documents"  # what the suite's last lines tell
APPLICATION, PORTAL_APPLICATION = "/portals/{portalId}/applications", "/api/v3/applications"
ENTITIES = "/control-planes/{controlPlaneId}/core-entities"
# The document lists no 403 here, and yet roles decide.
FORBIDDEN_ENTITIES = tuple(
    ("GET", f"{ENTITIES}/{one}", 403)
    for one in ("services", "services/{ServiceId}", "services/{ServiceId}/routes", "routes", "routes/{RouteId}")
)
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
    ("konnect.delete-at-identity-provider", "refuses"): (("DELETE", APPLICATION + "/{applicationId}", 400),),
    ("konnect.deletion-refused", "refused"): (("DELETE", APPLICATION + "/{applicationId}", 400),),
    ("portal.regenerate-secret", "403"): (("POST", PORTAL_APPLICATION + "/{applicationId}/regenerate-secret", 403),),
    ("konnect.core-entities-forbidden", "gateway"): FORBIDDEN_ENTITIES,
    ("konnect.core-entities-forbidden", "problem"): FORBIDDEN_ENTITIES,
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


# A document's id, and a time, as they stand in a URL or in JSON: whoever is no id, or no time, keeps its own judgement.
ID = re.compile(r"(?<![0-9a-zA-Z-])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-zA-Z-])")
TIME = re.compile(r"(?<=\")20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|\+00:00)(?=\")")
NOT_JUDGED = frozenset(
    {"authorization", "cookie", "host", "user-agent", "content-length", "accept", "accept-encoding", "connection", "traceparent"}
)


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
        """Judge one exchange; of those that differ by ids and times alone, one stands for all."""
        key = alike(documents, request, response)
        operation, found, answer_found = JUDGEMENTS.get(key) or JUDGEMENTS.setdefault(key, _judged(documents, request, response))
        with self._lock:
            if operation:
                self.judged[operation] += 1
            self.violations += found
            if operation and not self._exempt(operation, response.status_code):
                self.violations += answer_found

    def judge_request(self, documents: tuple[Document, ...], request: MockRequest) -> None:
        """Judge what was asked, whatever the answer will be."""
        _, _, found = _judged_request(documents, request)
        with self._lock:
            self.violations += found

    def _exempt(self, operation: Operation, status: int) -> bool:
        wanted = (operation.method.upper(), operation.template, status)
        return any(self.readings.get(name) == value and wanted in exempt for (name, value), exempt in EXEMPT.items())


Judgement = tuple[Operation | None, list[str], list[str]]
"""Which operation, what is wrong with the request, and what with the answer unless it is exempt."""
JUDGEMENTS: dict[Hashable, Judgement] = {}


def alike(documents: tuple[Document, ...], request: MockRequest, response: MockResponse) -> Hashable:
    """What two exchanges have in common that the documents cannot tell apart: any id is as good as any other, and so is any time."""
    query = sorted(request.parameters.query.items())
    headers = sorted((name, value) for name, value in request.parameters.header.items() if name.lower() not in NOT_JUDGED)
    sent = (request.method, request.path, query, headers, sorted(request.parameters.cookie), request.content_type, request.body)
    answered = (response.status_code, response.content_type, sorted(response.headers.keys()), response.data)
    text = repr((sent, answered))
    return documents[0].name, TIME.sub("<time>", ID.sub("<id>", text))


def _judged(documents: tuple[Document, ...], request: MockRequest, response: MockResponse) -> Judgement:
    document, operation, found = _judged_request(documents, request)
    if document is None or operation is None:
        return None, found, []
    try:
        document.api.validate_response(request, response)
    except OpenAPIError as error:
        return operation, found, [f"answer {operation.method} {operation.template} -> {response.status_code}: {_words(error)}"]
    return operation, found, []


def _judged_request(documents: tuple[Document, ...], request: MockRequest) -> tuple[Document | None, Operation | None, list[str]]:
    for document in documents:
        operation = document.operation(request.method, request.path)
        if operation:
            break
    else:
        return None, None, [f"{request.method} {request.path}: no document has this operation"]
    where = f"request {operation.method} {operation.template}"
    found = [f"{where}: no filter {name}" for name in document.unknown_filters(operation, request.parameters.query)]
    try:
        document.api.validate_request(request)
    except OpenAPIError as error:
        found.append(f"{where}: {_words(error)}")
    return document, operation, found


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
