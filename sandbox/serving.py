"""Serves each system on a loopback port of its own, over TLS, in a thread of its own.

A thread and an event loop per system, since one system calls another: with a shared pool of handler threads, enough
simultaneous calls to the first would leave no thread in which the second could answer.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from sandbox.certificates import Certificates

LOOPBACK = "127.0.0.1"
START_SECONDS = 10
STOP_SECONDS = 0.5
# Longer than any client keeps an idle connection, so that it is never the server that closes one just picked for use.
KEEP_ALIVE_SECONDS = 75

Middleware = Callable[[str, ASGIApp], ASGIApp]
"""Wraps the app of the named system; the first in a list sees a request first."""


def bind(port: int = 0) -> socket.socket:
    """Take a loopback port (0: any free one) before anything is served there, so that its URL can be told to others."""
    # The protocol is named because asyncio sends small packets at once (TCP_NODELAY) only where it stands.
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except OSError:
        taken.close()
        raise
    return taken


def port_of(taken: socket.socket) -> int:
    """The port that `bind` took."""
    return int(taken.getsockname()[1])


class Served:
    """One system behind one port, from `start` to `stop_all`."""

    def __init__(
        self, name: str, app: ASGIApp, taken: socket.socket, certificates: Certificates | None, middlewares: Sequence[Middleware] = ()
    ) -> None:
        """Prepare to serve.

        Args:
            name: the system, as the request log names it.
            app: what answers.
            taken: the socket from `bind`; closed at the end.
            certificates: for TLS; None serves plain HTTP.
            middlewares: wrapped around the app, outermost first.
        """
        self.name = name
        self._socket = taken
        for middleware in reversed(middlewares):
            app = middleware(name, app)
        self._server = _Server(_configuration(app, certificates))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [taken]}, name=f"sandbox {name}", daemon=True)

    def start(self) -> None:
        """Return as soon as requests are answered.

        Raises:
            RuntimeError: the server did not start in time.
        """
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise RuntimeError(f"sandbox: {self.name} did not start within {START_SECONDS} s")

    def ask_to_stop(self) -> None:
        """Take no new connections, and end when the requests under way are answered."""
        self._server.should_exit = True

    def join(self, seconds: float) -> None:
        """Wait for the end that was asked for; whatever is still open after `seconds` is cut."""
        if self._thread.is_alive():
            self._thread.join(seconds)
            self._server.force_exit = True
            self._thread.join(STOP_SECONDS)
        self._socket.close()


def stop_all(served: Sequence[Served]) -> None:
    """Stop systems at the same time: idle connections of clients must not cost each its own wait."""
    for one in served:
        one.ask_to_stop()
    end = time.monotonic() + STOP_SECONDS
    for one in served:
        one.join(max(0.0, end - time.monotonic()))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _configuration(app: ASGIApp, certificates: Certificates | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ssl_certfile=certificates.certificate_file if certificates else None,
        ssl_keyfile=certificates.key_file if certificates else None,
    )
