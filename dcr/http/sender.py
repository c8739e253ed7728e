"""One way to send for every client: redaction, redirects, allowed hosts, request counts and lost answers are decided here, once."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from dcr.errors import DcrError, Passing, Refused, Unknown, Unreachable
from dcr.model.hosts import authority, is_allowed
from dcr.model.names import climbs
from dcr.results.evidence import Evidence

READING = frozenset({"GET", "HEAD", "OPTIONS", "LIST"})
REQUEST_ID_HEADERS = ("x-kong-request-id", "x-request-id", "x-correlation-id", "x-datadog-trace-id", "x-vault-request-id")

Judge = Callable[[httpx.Response], DcrError | None]
"""A client's one table: status and body -> nothing wrong, or the error that says again, log in again, read again, stop."""


Guard = Callable[[], None]
"""Asked before each write whether it may still go out; raises if it may not."""


def _unguarded() -> None:
    """Nobody guards the writes of a client that no step uses."""


@dataclass(slots=True)
class RequestCount:
    """How many requests a system was sent; threads share it."""

    reads: int = 0
    writes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, method: str) -> None:
        with self._lock:
            if method in READING:
                self.reads += 1
            else:
                self.writes += 1


class Sender:
    """Sends for one system. A token refresh is its `httpx.Auth`'s business; what an answer means is its judge's."""

    def __init__(
        self, system: str, client: httpx.Client, judge: Judge, allowed_hosts: tuple[str, ...], auth: httpx.Auth | None = None
    ) -> None:
        """`allowed_hosts` are `host:port`; the port may be `*`. `system` stands first in errors and names the count."""
        self.system, self.count = system, RequestCount()
        self._client, self._judge, self._auth, self._allowed_hosts = client, judge, auth, allowed_hosts
        self._guard: Guard = _unguarded

    def guarded(self, guard: Guard) -> Sender:
        """One that asks before each write; connections, login and count are shared with this one."""
        sender = copy.copy(self)
        sender._guard = guard
        return sender

    def send(self, method: str, url: str, *, changes_nothing: bool = False, **request: Any) -> httpx.Response:
        """Send, and return an answer that the judge found nothing wrong with.

        Args:
            url: absolute, or relative to the client's base URL.
            changes_nothing: of a method that usually writes: a login, a token.
            request: what `httpx.Client.build_request` takes: `headers`, `params`, `json`, `content`, `data`, `cookies`; and `auth`.

        Raises:
            Passing: it was not sent, or it only reads and its answer was lost.
            Unknown: it writes and its answer was lost.
            Refused: the path climbs, the host is not allowed, or the server redirects.
            DcrError: what the guard or the judge says.
        """
        auth = request.pop("auth", self._auth)
        outgoing = self._request(method, url, **request)
        self.require_allowed(str(outgoing.url))
        if method not in READING and not changes_nothing:
            self._guard()
        self.count.add(method)
        where = f"{self.system}: {method} {outgoing.url.copy_with(query=None)}"
        try:
            response = self._client.send(outgoing, auth=auth, follow_redirects=False)
        except httpx.RequestError as error:
            raise lost(where, method, error) from None  # the original carries the request with its headers
        if response.is_redirect:
            raise Refused(where, f"answered {response.status_code}, a redirect", "Redirects are never followed; set the final address.")
        verdict = self._judge(response)
        if verdict is not None:
            raise verdict
        return response

    def _request(self, method: str, url: str, **request: Any) -> httpx.Request:
        """What is to be sent. httpx resolves dot segments without a word, into the path of something else."""
        path = url.partition("#")[0].partition("?")[0]
        try:
            if not climbs(path):
                return self._client.build_request(method, url, **request)
        except httpx.InvalidURL:
            pass
        raise Refused(self.system, "an address holds a dot segment, or is none", "Check the names that it was built from.")

    def unjudged(self) -> Sender:
        """One that returns every answer, whatever it means: for a look at how a server answers."""
        return Sender(self.system, self._client, lambda _answer: None, self._allowed_hosts, self._auth)

    def require_allowed(self, url: str) -> None:
        """Refuse an address that the platform does not allow.

        Raises:
            Refused: names the host and the platform's field.
        """
        if not is_allowed(url, self._allowed_hosts):
            fault = f"{authority(url)} is not an allowed host"
            raise Refused(self.system, fault, "Add it to rules.allowed_hosts of the platform if it is yours.")


class GuardedClient:
    """A client of one system whose writes can be guarded."""

    sender: Sender

    def guarded(self, guard: Guard) -> Self:
        """The same client, which asks before each write."""
        client = copy.copy(self)
        client.sender = self.sender.guarded(guard)
        return client


def lost(where: str, method: str, error: httpx.RequestError) -> DcrError:
    """What a failed exchange means: connecting fails before anything is sent; anything later may have been applied."""
    kind = type(error).__name__
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Refused(where, "its certificate is not trusted", "Set this system's CA file, or fix its certificate.")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        return Unreachable(where, f"could not be reached ({kind})", "Check its address, the network and the proxy; the call was not sent.")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return Refused(where, f"is not a call that can be sent ({kind})", "Check the address in platform and settings.")
    if method in READING:
        return Passing(where, f"its answer was lost ({kind})", "Reading again is safe.")
    return Unknown(where, f"its answer was lost ({kind})", "It may have been applied: what is there now is read before writing again.")


def evidence_of(response: httpx.Response) -> Evidence:
    """What a report may say of an exchange."""
    request_id = next((response.headers[name] for name in REQUEST_ID_HEADERS if name in response.headers), "")
    call = f"{response.request.method} {response.request.url.copy_with(query=None, username=None, password=None)}"
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Evidence(call, response.status_code, at, int(response.elapsed.total_seconds() * 1000), request_id)
