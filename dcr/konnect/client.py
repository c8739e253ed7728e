"""Konnect's platform API of one region: who we are, how an answer is judged, how lists are read. The calls stand in their own modules."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import httpx

from dcr.errors import DcrError, Missing
from dcr.http.sender import GuardedClient, Sender
from dcr.konnect.answers import KonnectAnswer, listed, parsed
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.konnect.refusals import refusal
from dcr.konnect.roles import role_needed
from dcr.secret import Secret

A = TypeVar("A", bound=KonnectAnswer)
SYSTEM = "konnect"


class BearerToken(httpx.Auth):
    """A personal or system account token. After a 401 it is read again and the request repeated, once: it may have been rotated.

    Source: docs/vendors/konnect.md, Base URLs and tokens.
    """

    def __init__(self, read: Callable[[], Secret]) -> None:
        self._read, self._lock = read, threading.Lock()
        self._token: Secret | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._current(stale=None)
        response = yield self._signed(request, token)
        if response.status_code == 401:
            yield self._signed(request, self._current(stale=token))

    def _current(self, stale: Secret | None) -> Secret:
        with self._lock:
            if self._token is None or self._token is stale:
                self._token = self._read()
            return self._token

    @staticmethod
    def _signed(request: httpx.Request, token: Secret) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        return request


class Konnect(GuardedClient):
    """One region of one organisation. Threads share it."""

    def __init__(
        self,
        client: httpx.Client,
        token: Callable[[], Secret],
        allowed_hosts: tuple[str, ...],
        consistency: EventualConsistency | None = None,
    ) -> None:
        """Make the client; nothing is read or sent yet.

        Args:
            client: its base URL is the region's, without a path: https://eu.api.konghq.com.
            token: reads the token; called before the first request, and again after a 401.
            allowed_hosts: the platform's `host:port`s.
            consistency: remembers what was just created; portals of this region share it.
        """
        self.consistency = consistency or EventualConsistency()
        self.sender = Sender(SYSTEM, client, self._judge, allowed_hosts, BearerToken(token))

    def _judge(self, response: httpx.Response) -> DcrError | None:
        return self.consistency.judge(refusal(SYSTEM, response, role_needed), response)

    def created(self, object_id: str) -> None:
        """Be patient for 10 s with calls that name this new object."""
        self.consistency.remember(object_id)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send one call to the platform API.

        Raises:
            Passing: nothing was applied; `retry_after` is in seconds.
            Unknown: a write may have been applied; there are no idempotency keys, so read before writing again.
            Stale: what would be created exists; read and compare.
            Missing: no such object in this organisation and region.
            Refused: names the invalid field or the missing role.
        """
        return self.consistency.until_visible(lambda: self.sender.send(method, path, **request))

    def read(self, path: str, model: type[A]) -> A:
        """One object."""
        return parsed(SYSTEM, model, self.send("GET", path))

    def listed(self, path: str, model: type[A], filters: Mapping[str, str]) -> tuple[A, ...]:
        """Every object of a list that the filters (`filter[...]` by whole name) let through."""
        return listed(SYSTEM, self.send, path, model, filters)

    def write(self, method: str, path: str, body: Mapping[str, Any], model: type[A]) -> A:
        """Create or change an object, and return it as answered."""
        return parsed(SYSTEM, model, self.send(method, path, json=dict(body)))

    def delete(self, path: str) -> None:
        """Delete an object, which may be gone already."""
        with suppress(Missing):
            self.send("DELETE", path)
