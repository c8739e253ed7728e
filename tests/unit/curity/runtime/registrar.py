"""Curity's run time as a registrar, in memory: single-use tokens of scope `dcr`, registration, removal. Reading a client breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

CURITY = "https://curity.example:8443"
TOKEN_PATH, REGISTRATION_PATH = "/oauth/v2/oauth-token", "/token-service/oauth-registration"
YEAR = 365 * 24 * 3600

Mishap = Callable[[Callable[[], httpx.Response]], httpx.Response]


@dataclass
class Registrar:
    """What is registered, what was sent, and what goes wrong once."""

    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    answers: dict[str, Any] = field(default_factory=dict)  # members of the next answers that differ from what was asked; None: left out
    sent: list[tuple[str, str]] = field(default_factory=list)
    mishaps: dict[str, list[Mishap]] = field(default_factory=dict)  # by method and path
    numbers: Any = field(default_factory=lambda: count(1))

    def once(self, call: str, mishap: Mishap) -> None:
        """The next such call ("POST /path") is given to the mishap, with a way to carry it out."""
        self.mishaps.setdefault(call, []).append(mishap)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        answered = self._mishandled(request)
        return httpx.Response(answered.status_code, headers=answered.headers, stream=httpx.ByteStream(answered.content))

    def _mishandled(self, request: httpx.Request) -> httpx.Response:
        waiting = self.mishaps.get(f"{request.method} {request.url.path}")
        return waiting.pop(0)(lambda: self._answer(request)) if waiting else self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN_PATH:
            return self._token(request)
        if request.url.path == REGISTRATION_PATH:
            return self._register(request)
        if request.method == "DELETE":
            return self._remove(request)
        raise AssertionError(f"{request.method} {request.url.path} must never be sent")

    def _token(self, request: httpx.Request) -> httpx.Response:
        assert b"scope=dcr" in request.content
        token = f"dcr-token-{next(self.numbers)}"
        self.tokens.add(token)
        return httpx.Response(200, json={"access_token": token, "token_type": "bearer", "expires_in": 300, "scope": "dcr"})

    def _register(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token not in self.tokens:
            return httpx.Response(401, headers={"www-authenticate": "Bearer"})
        self.tokens.remove(token)
        asked, client_id = json.loads(request.content), f"client-{next(self.numbers)}"
        self.clients[client_id] = asked | {"token": f"token-of-{client_id}"}
        answer = asked | {
            "client_id": client_id,
            "client_secret": f"secret-of-{client_id}",
            "client_secret_expires_at": 0,
            "registration_client_uri": f"{CURITY}{REGISTRATION_PATH}/{client_id}",
            "registration_access_token": f"token-of-{client_id}",
            "registration_access_token_expires_in": YEAR,
        }
        told = {name: value for name, value in (answer | self.answers).items() if value is not None}
        return httpx.Response(201, json=told)

    def _remove(self, request: httpx.Request) -> httpx.Response:
        client_id = request.url.path.rsplit("/", 1)[-1]
        found = self.clients.get(client_id)
        if found is None or request.headers["authorization"] != f"Bearer {found['token']}":
            return httpx.Response(401)
        del self.clients[client_id]
        return httpx.Response(204)


def lost(carry_out: Callable[[], httpx.Response]) -> httpx.Response:
    """Carried out, and nobody hears of it."""
    carry_out()
    raise httpx.ReadTimeout("lost")


def refused(status: int, **body: Any) -> Mishap:
    """Not carried out."""
    return lambda _carry_out: httpx.Response(status, json=body)
