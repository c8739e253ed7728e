"""A proxy that can stand before any of the systems and misbehaves as planned. It ends TLS and sends on what it gets, unread."""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress

import h11

from sandbox.certificates import Certificates
from sandbox.fault_upstream import Answer, Upstream, UpstreamEnded, read_message
from sandbox.faults import Canned, FaultPlan, Kind, Timing
from sandbox.request_log import OWN_AGENT
from sandbox.serving import bind, port_of

START_SECONDS = STOP_SECONDS = 5.0
AFTERTHOUGHT_SECONDS = 0.05  # for what follows an answer at once, such as the end of TLS


class _Dropped(Exception):
    """The connection ends here, as planned."""


class FaultProxy:
    """One system's proxy, on a loopback port, in a thread of its own.

    What the sandbox's systems ask of each other is not a client's request: it is neither counted nor disturbed. Only a connection that
    is refused is refused to whoever comes, since nothing is known of it.
    """

    def __init__(self, system: str, plan: FaultPlan, certificates: Certificates) -> None:
        """Take a port, so that the address can be told to others."""
        self.system = system
        self._plan, self._certificates, self._socket = plan, certificates, bind()
        self._target = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._serve, name=f"fault proxy {system}", daemon=True)

    @property
    def url(self) -> str:
        """Where clients find the system now."""
        return f"https://localhost:{port_of(self._socket)}"

    def start(self, target: str) -> None:
        """Return when connections are accepted.

        Args:
            target: the system's real address, `https://localhost:port`.
        """
        self._target = target
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError(f"the fault proxy before {self.system} did not start")

    def stop(self) -> None:
        """Cut all connections and free the port; harmless if it was never started."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_SECONDS)
        self._socket.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self._certificates.certificate_file, self._certificates.key_file)
        self._trust = self._certificates.client_context()
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, sock=self._socket))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(AFTERTHOUGHT_SECONDS)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._connection(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection that is to be refused must be refused before TLS, when its request is not known yet: it is counted as one.
        refused = self._plan.for_request(self.system, "", "") if self._plan.refusing else None
        # The client went away, or was sent away: either way nobody is left to tell.
        upstream = Upstream(self._target, self._trust)
        with suppress(_Dropped, UpstreamEnded, OSError, h11.RemoteProtocolError, h11.LocalProtocolError, asyncio.IncompleteReadError):
            if refused is None:
                await writer.start_tls(self._tls)
                connection = h11.Connection(h11.SERVER)
                while await self._exchange(connection, reader, writer, upstream):
                    connection.start_next_cycle()
        writer.transport.abort()
        upstream.close()

    async def _exchange(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: Upstream
    ) -> bool:
        request, body = await _read_request(connection, reader)
        if request is None:
            return False
        answer = await self._answer(self._fault_for(request), request, body, upstream)
        close = self._plan.refusing and not _is_own(request)
        length = [] if answer.status in (204, 304) else [(b"content-length", str(len(answer.body)).encode())]
        head = [*answer.headers, *length, *([(b"connection", b"close")] if close else [])]
        message = connection.send(h11.Response(status_code=answer.status, headers=head)) or b""
        if answer.sent is not None:
            writer.write(message + answer.body[: answer.sent])
            await writer.drain()
            return False
        if request.method != b"HEAD" and answer.body:
            message += connection.send(h11.Data(data=answer.body)) or b""
        writer.write(message + (connection.send(h11.EndOfMessage()) or b""))
        await writer.drain()
        if close:
            await asyncio.sleep(AFTERTHOUGHT_SECONDS)  # an abort may overtake what was written
        return not close and connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _fault_for(self, request: h11.Request) -> Kind | None:
        if _is_own(request) or self._plan.refusing:
            return None
        return self._plan.for_request(self.system, *_call(request))

    async def _answer(self, kind: Kind | None, request: h11.Request, body: bytes, upstream: Upstream) -> Answer:
        if kind is None:
            return await upstream.forward(request, body)
        real = await upstream.forward(request, body) if kind.timing is Timing.AFTER else None
        if kind.disturb:
            await asyncio.to_thread(self._plan.disturbance, self.system, *_call(request))
        await asyncio.sleep(kind.delay_seconds)
        if kind.drop or kind.delay_seconds:
            raise _Dropped
        if kind.canned:
            return _canned(kind.canned)
        return _spoilt(kind, real or await upstream.forward(request, body))


async def _read_request(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request | None, bytes]:
    head, body = await read_message(connection, reader)
    return (head, body) if isinstance(head, h11.Request) else (None, b"")


def _call(request: h11.Request) -> tuple[str, str]:
    return request.method.decode(), request.target.decode().partition("?")[0]


def _is_own(request: h11.Request) -> bool:
    return dict(request.headers).get(b"user-agent", b"").startswith(OWN_AGENT.encode())


def _canned(canned: Canned) -> Answer:
    headers = [(name.encode(), value.encode()) for name, value in canned.headers]
    return Answer(canned.status, [(b"content-type", canned.content_type.encode()), *headers], canned.body)


def _spoilt(kind: Kind, real: Answer) -> Answer:
    half = len(real.body) // 2
    if kind.truncate:
        return Answer(real.status, real.headers, real.body[:half])
    return Answer(real.status, real.headers, real.body, half) if kind.cut else real
