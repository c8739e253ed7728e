"""An admin side that respx plays, or a function; a client of it, and errors as it words them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from dcr.curity.admin.client import CurityAdmin
from dcr.secret import BasicCredentials, Secret

BASE = "https://curity.example:6749/admin/api/restconf"
DATA = f"{BASE}/data"


def make_admin(
    credentials: Callable[[], BasicCredentials] = lambda: BasicCredentials("admin", Secret("right")),
    answer: Callable[[httpx.Request], httpx.Response] | None = None,
) -> CurityAdmin:
    """`answer` plays the admin side instead of respx."""
    client = httpx.Client(base_url=BASE, transport=httpx.MockTransport(answer) if answer else None)
    return CurityAdmin(client, credentials, ("curity.example:6749",))


def body(tag: str, message: str = "", app_tag: str = "", path: str = "") -> dict[str, Any]:
    """A RESTCONF error."""
    error = {"error-type": "application", "error-tag": tag, "error-message": message, "error-app-tag": app_tag, "error-path": path}
    return {"ietf-restconf:errors": {"error": [{name: value for name, value in error.items() if value}]}}
