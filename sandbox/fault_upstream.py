"""The fault proxy's side towards the real system: one connection for each of a client's, which sends on what it gets, unread."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

CHUNK = 65536
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"content-length"})
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is to get."""

    status: int
    headers: Headers
    body: bytes
    sent: int | None = None  # how much of the body is sent before the connection ends; None: all of it, and the connection stays


class UpstreamEnded(Exception):
    """The system behind broke the connection: so does the proxy."""


class Upstream:
    """One connection to the system behind, made at first use, and anew when it was closed."""

    def __init__(self, target: str, trust: ssl.SSLContext) -> None:
        """`target` is `https://localhost:port`."""
        parts = urlsplit(target)
        self._host, self._port, self._trust = parts.hostname or "", parts.port or 443, trust
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._connection = h11.Connection(h11.CLIENT)

    async def forward(self, request: h11.Request, body: bytes) -> Answer:
        """Send a request on, and return what the system answers.

        Raises:
            UpstreamEnded: it does not.
        """
        try:
            return await self._exchange(request, body)
        except (OSError, h11.ProtocolError):
            self.close()
            raise UpstreamEnded from None

    def close(self) -> None:
        """Cut the connection; harmless if there is none."""
        if self._streams:
            with suppress(RuntimeError):  # the loop has ended
                self._streams[1].transport.abort()
        self._streams = None

    async def _exchange(self, request: h11.Request, body: bytes) -> Answer:
        reader, writer = await self._connected()
        host = (b"host", f"{self._host}:{self._port}".encode())
        length = [(b"content-length", str(len(body)).encode())] if body or request.method in (b"POST", b"PUT", b"PATCH") else []
        head = h11.Request(method=request.method, target=request.target, headers=[host, *_passed_on(request.headers), *length])
        connection = self._connection
        message = connection.send(head) or b""
        message += (connection.send(h11.Data(data=body)) or b"") if body else b""
        writer.write(message + (connection.send(h11.EndOfMessage()) or b""))
        answered, content = await read_message(connection, reader)
        if not isinstance(answered, h11.Response):
            raise UpstreamEnded
        if connection.our_state is h11.DONE and connection.their_state is h11.DONE:
            connection.start_next_cycle()
        else:
            self.close()
        return Answer(answered.status_code, _passed_on(answered.headers), content)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection(self._host, self._port, ssl=self._trust)
            self._connection = h11.Connection(h11.CLIENT)
        return self._streams


async def read_message(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request | h11.Response | None, bytes]:
    """The other side's next message, whole; None if it went away instead."""
    head: h11.Request | h11.Response | None = None
    parts: list[bytes] = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Request | h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            return head, b"".join(parts)
        elif not isinstance(event, h11.InformationalResponse):
            return None, b""


def _passed_on(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name, value) for name, value in headers if name not in HOP_BY_HOP and name != b"host"]
