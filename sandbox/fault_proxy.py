"""A proxy that can stand before any of the systems and misbehaves as planned. It ends TLS and sends on what it gets, unread."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from http import HTTPStatus

import h11
import httpx

from sandbox.certificates import Certificates
from sandbox.faults import Canned, FaultPlan, Kind, Timing
from sandbox.serving import LOOPBACK

CHUNK = 65536
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"content-length", b"content-encoding"})
STOP_SECONDS = 5.0
OWN_AGENT = b"sandbox"  # what the sandbox's systems ask of each other is not a client's request, so it is neither counted nor disturbed


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class _Dropped(Exception):
    """The connection ends here, as planned."""


class FaultProxy:
    """One system's proxy, on a loopback port, in a thread of its own."""

    def __init__(self, system: str, target: str, plan: FaultPlan, certificates: Certificates, port: int = 0) -> None:
        """`target` is the system's real address, `https://localhost:port`."""
        self.system, self.port = system, port
        self._target, self._plan, self._certificates = target, plan, certificates
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"fault proxy {system}", daemon=True)

    @property
    def url(self) -> str:
        """Where clients find the system now."""
        return f"https://localhost:{self.port}"

    def start(self) -> None:
        """Return when connections are accepted."""
        self._thread.start()
        if not self._ready.wait(STOP_SECONDS):
            raise RuntimeError(f"the fault proxy before {self.system} did not start")

    def stop(self) -> None:
        """Cut all connections and free the port."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connection, LOOPBACK, self.port))
        self.port = server.sockets[0].getsockname()[1]
        context = self._certificates.client_context()
        self._http = httpx.AsyncClient(verify=context, trust_env=False, timeout=60, base_url=self._target)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self._certificates.certificate_file, self._certificates.key_file)
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._http.aclose())
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection that is to be refused must be refused before TLS, when its request is not known yet: it is counted as one.
        refused = self._plan.for_request(self.system, "", "") if self._plan.refusing else None
        try:
            if refused is None:
                await writer.start_tls(self._tls)
                connection = h11.Connection(h11.SERVER)
                while await self._exchange(connection, reader, writer):
                    connection.start_next_cycle()
        except (_Dropped, ConnectionError, ssl.SSLError, h11.RemoteProtocolError, asyncio.IncompleteReadError):
            pass  # the client went away, or was sent away: either way nobody is left to tell
        finally:
            writer.transport.abort()

    async def _exchange(self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request, body = await _read_request(connection, reader)
        if request is None:
            return False
        kind = self._fault_for(request)
        answer, cut = await self._answer(kind, request, body)
        close = self._plan.refusing or cut
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        head = h11.Response(status_code=answer.status, headers=[*headers, *([(b"connection", b"close")] if close else [])])
        writer.write(connection.send(head) or b"")
        if request.method != b"HEAD" and answer.body:
            sent = answer.body[: len(answer.body) // 2] if cut else answer.body
            writer.write(connection.send(h11.Data(data=sent)) or b"")
        await writer.drain()
        if cut:
            return False
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return not close and connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _fault_for(self, request: h11.Request) -> Kind | None:
        own = dict(request.headers).get(b"user-agent", b"").startswith(OWN_AGENT)
        if own or self._plan.refusing:
            return None
        return self._plan.for_request(self.system, request.method.decode(), request.target.decode().partition("?")[0])

    async def _answer(self, kind: Kind | None, request: h11.Request, body: bytes) -> tuple[_Answer, bool]:
        if kind is None:
            return await self._forward(request, body), False
        if kind.then:
            await asyncio.to_thread(self._plan.change, self.system)
            return await self._forward(request, body), False
        real = await self._forward(request, body) if kind.timing is Timing.AFTER else None
        if kind.drop:
            raise _Dropped
        if kind.delay_seconds:
            await asyncio.sleep(kind.delay_seconds)
            raise _Dropped
        if kind.canned:
            return _canned(kind.canned), False
        return real or await self._forward(request, body), kind.cut

    async def _forward(self, request: h11.Request, body: bytes) -> _Answer:
        headers = [(name, value) for name, value in request.headers if name not in HOP_BY_HOP and name != b"host"]
        outgoing = self._http.build_request(request.method.decode(), request.target.decode(), headers=headers, content=body)
        try:
            response = await self._http.send(outgoing)
        except httpx.TransportError:
            raise _Dropped from None  # the system behind broke the connection: so does the proxy
        kept = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in HOP_BY_HOP]
        return _Answer(response.status_code, kept, response.content)


async def _read_request(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request | None, bytes]:
    request, body = None, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return request, body
        else:
            return None, b""


def _canned(canned: Canned) -> _Answer:
    HTTPStatus(canned.status)  # a typo in the table of faults is ours, not the server's
    headers = [(name.encode(), value.encode()) for name, value in canned.headers]
    return _Answer(canned.status, [(b"content-type", canned.content_type.encode()), *headers], canned.body)
