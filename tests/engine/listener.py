"""Someone who is told by webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.url = ""

    @property
    def variables(self) -> dict[str, str]:
        """What `python -m deployments.provision` must know to have it told."""
        return {"DCR_ALERT_WEBHOOK_URL": self.url, "DCR_ALERT_WEBHOOK_PRIVATE": "true"}

    def heard_of(self, **wanted: str) -> list[Any]:
        """What was told with these members."""
        return [told for told in self.heard if wanted.items() <= told.items()]


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on loopback until the block ends."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            listener.heard.append(json.loads(body) if isinstance(body, str) else body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
