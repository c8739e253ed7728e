"""The sandbox in process: httpx clients whose transport runs one of its applications, without sockets, and counts what it is sent."""

from __future__ import annotations

import asyncio
import atexit
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.contract.requests import require_documented

CarryOut = Callable[[], httpx.Response]
Mishap = Callable[[CarryOut], httpx.Response]
"""What happens to a call instead: it is given a way to carry the call out, and answers or raises."""


@dataclass
class Traffic:
    """What was sent through one or several transports, and which calls go wrong."""

    sent: list[tuple[str, str, Any]] = field(default_factory=list)  # method, path, body: JSON as an object, anything else as bytes
    requests: list[httpx.Request] = field(default_factory=list)
    nth: int = 0  # the so-many-th call goes wrong; 0: none
    mishap: Mishap = lambda carry_out: carry_out()  # how it does
    met: bool = False  # whether it did
    _once: list[tuple[str, str, Mishap]] = field(default_factory=list)

    def once(self, method: str, path: str, mishap: Mishap) -> None:
        """The next call whose method and whole path (a regular expression) match is given to the mishap."""
        self._once.append((method, path, mishap))

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of all that was sent to change something, logins apart."""
        return [(method, path) for method, path, _ in self.sent if method != "GET" and not path.endswith("/authenticate")]

    def bodies(self, method: str, path: str = ".*") -> list[Any]:
        """What was sent with such calls."""
        return [body for sent, at, body in self.sent if sent == method and re.fullmatch(path, at)]

    def clear(self) -> None:
        """Forget what was sent so far."""
        self.sent.clear()
        self.requests.clear()

    def carried(self, request: httpx.Request, carry_out: CarryOut) -> httpx.Response:
        """Keep the request in mind, and answer it, unless something is to go wrong with it."""
        self.requests.append(request)
        self.sent.append((request.method, request.url.path, _told(request)))
        if len(self.sent) == self.nth and not self.met:
            self.met = True
            return self.mishap(carry_out)
        for one in self._once:
            if one[0] == request.method and re.fullmatch(one[1], request.url.path):
                self._once.remove(one)
                return one[2](carry_out)
        return carry_out()


class InProcess(httpx.BaseTransport):
    """Runs an ASGI application, one request at a time and thread. `app` may be exchanged."""

    def __init__(self, app: ASGIApp, traffic: Traffic | None = None, document: str = "") -> None:
        """`document` names the vendor's document that each request must follow; "" asks for none."""
        self.app, self.traffic, self._document = app, traffic or Traffic(), document

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if self._document:
            require_documented(self._document, request)
        answered = self.traffic.carried(request, lambda: self._run(request))
        # Streamed, as from a network: only then httpx measures the time it took.
        return httpx.Response(answered.status_code, headers=answered.headers, stream=httpx.ByteStream(answered.content))

    def _run(self, request: httpx.Request) -> httpx.Response:
        if threading.current_thread() is threading.main_thread():
            return _of_the_tests().run(_answer(self.app, request))
        with asyncio.Runner() as runner:  # one system asks another
            return runner.run(_answer(self.app, request))


async def _answer(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    answered = await httpx.ASGITransport(app).handle_async_request(request)
    return httpx.Response(answered.status_code, headers=answered.headers, content=await answered.aread())


@cache
def _of_the_tests() -> asyncio.Runner:
    """One event loop for the thread that runs the tests."""
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner


def _told(request: httpx.Request) -> Any:
    if not request.content:
        return None
    return json.loads(request.content) if "json" in request.headers.get("content-type", "") else request.content


def lost(carry_out: CarryOut) -> httpx.Response:
    """Carried out, and nobody hears of it."""
    carry_out()
    raise httpx.ReadTimeout("lost")


def answered(response: httpx.Response, *, applied: bool = False) -> Mishap:
    """Another answer, whether the call was carried out or not."""

    def answer(carry_out: CarryOut) -> httpx.Response:
        if applied:
            carry_out()
        return response

    return answer


def refused(status: int, **body: Any) -> Mishap:
    """Not carried out, and told in JSON."""
    return lambda _carry_out: httpx.Response(status, json=body)


def altered(**members: Any) -> Mishap:
    """Carried out, and some members of the answer changed; None leaves one out."""

    def alter(carry_out: CarryOut) -> httpx.Response:
        true = carry_out()
        told = {name: value for name, value in (true.json() | members).items() if value is not None}
        return httpx.Response(true.status_code, json=told)

    return alter


def problem(status: int, title: str, detail: str = "", **more: Any) -> httpx.Response:
    """Konnect's way to say no, in statuses and words that the sandbox does not give."""
    document = {"status": status, "title": title, "detail": detail, "instance": "kong:trace:1"} | more
    return httpx.Response(status, json=document, headers={"content-type": "application/problem+json"})


def page(*rows: Any) -> httpx.Response:
    """One page of a list with all there is."""
    return httpx.Response(200, json={"data": rows, "meta": {"page": {"number": 1, "size": 10, "total": len(rows)}}})
