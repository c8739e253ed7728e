"""Somebody elsewhere, who keeps whatever arrives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST_SECONDS = 5.0


class Elsewhere:
    """A port at which nobody has any business."""

    def __init__(self, listening: socket.socket) -> None:
        self.address = f"localhost:{listening.getsockname()[1]}"
        self.heard: list[bytes] = []  # of each connection what came first; nothing is ever answered
        self._listening = listening

    def listen(self) -> None:
        """Until the port is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                with connection, suppress(OSError):
                    connection.settimeout(LONGEST_SECONDS)
                    self.heard.append(connection.recv(65536))


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Listen on loopback until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        somebody = Elsewhere(listening)
        thread = threading.Thread(target=somebody.listen, daemon=True)
        thread.start()
        yield somebody
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(LONGEST_SECONDS)
