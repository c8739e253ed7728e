"""What was asked of the systems: number, system, method, path and status. Never a header, never a body."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Parameters that say how to read, not what to know; every other value is hidden, since it may be a token.
_READABLE = re.compile(r"^(page\[|filter\[|filter$|sort|depth$|content$|fields$|with-defaults$|force$|tags$|expand$)")
_HIDDEN = "hidden"

OWN_AGENT = "sandbox"
"""User-Agent of what the sandbox's systems ask of each other."""

Caller = Literal["client", "sandbox"]


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request that was answered. `status` is 0 when the system broke before it could answer."""

    number: int
    system: str
    caller: Caller
    method: str
    path: str
    status: int


class RequestLog:
    """Counts and keeps requests of all systems in the order of their answers. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[LoggedRequest] = []
        self._number = 0

    def entries(self, system: str | None = None, caller: str | None = None) -> list[LoggedRequest]:
        """All requests since the start or the last `clear`, or those to one system or from one kind of caller."""
        with self._lock:
            kept = list(self._entries)
        return [entry for entry in kept if system in (None, entry.system) and caller in (None, entry.caller)]

    def clear(self) -> None:
        """Forget the requests; numbers go on, so that an old entry cannot be taken for a new one."""
        with self._lock:
            self._entries.clear()

    def add(self, system: str, scope: Scope, status: int) -> None:
        """Keep one request."""
        own = Headers(scope=scope).get("user-agent", "").startswith(OWN_AGENT)
        with self._lock:
            self._number += 1
            caller: Caller = "sandbox" if own else "client"
            self._entries.append(LoggedRequest(self._number, system, caller, scope["method"], _readable_path(scope), status))

    def middleware(self, system: str, app: ASGIApp) -> ASGIApp:
        """Log what goes through `app` under the name `system`."""
        return _Logged(self, system, app)


class _Logged:
    def __init__(self, log: RequestLog, system: str, app: ASGIApp) -> None:
        self._log, self._system, self._app = log, system, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        logged = False

        async def send_logged(message: Message) -> None:
            # Before the answer leaves: whoever has the answer also finds it in the log.
            nonlocal logged
            if message["type"] == "http.response.start" and not logged:
                logged = True
                self._log.add(self._system, scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_logged)
        finally:
            if not logged:
                self._log.add(self._system, scope, 0)


def _readable_path(scope: Scope) -> str:
    path = str(scope["path"])
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not query:
        return path
    shown = [(name, value if _READABLE.match(name) else _HIDDEN) for name, value in query]
    return f"{path}?{urlencode(shown, safe='[]/:,;')}"
