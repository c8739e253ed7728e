"""Vault clients for tests, with a transport in between that can lose messages or answer by itself."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from dcr.http.sender import Sender
from dcr.settings.model import VaultSettings
from dcr.vault.adapter import hvac_client
from dcr.vault.answers import judge
from dcr.vault.client import Vault
from dcr.vault.login import Login, TokenAuth
from tests.fake_clock import FakeClock
from tests.vault_server import VaultServer

HOSTS = ("127.0.0.1:*", "localhost:*", "vault.test:443")


Matches = Callable[[httpx.Request], bool]


@dataclass
class Fault:
    """Happens to the first request that matches, then never again."""

    matches: Matches
    answer: httpx.Response | None = None  # instead of the server's
    lost: str = ""  # "request": it never arrives; "answer": it is applied, and nobody hears of it
    met: bool = False


class FaultyTransport(httpx.BaseTransport):
    """The real server, with faults before it; keeps what was sent, by method and path."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.faults: list[Fault] = []
        self.sent: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        fault = next((one for one in self.faults if not one.met and one.matches(request)), None)
        if fault is None:
            return self._inner.handle_request(request)
        fault.met = True
        if fault.lost == "request":
            raise httpx.ConnectTimeout("planned", request=request)
        if fault.lost == "answer":
            self._inner.handle_request(request).read()
            raise httpx.ReadTimeout("planned", request=request)
        assert fault.answer is not None
        return fault.answer


@dataclass
class Client:
    """A client and what is between it and the server."""

    vault: Vault
    transport: FaultyTransport
    clock: FakeClock


@contextmanager
def client_of(server: VaultServer, mount: str, *, namespace: str = "", **auth: Any) -> Iterator[Client]:
    """A client; without further arguments it has the operator's token."""
    inner = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=server.ca_file))
    with http_client(
        FaultyTransport(inner), server.url, mount, namespace, **(auth or {"auth": "token", "token": server.root_token})
    ) as made:
        yield made


@contextmanager
def http_client(transport: FaultyTransport, url: str, mount: str, namespace: str = "", **auth: Any) -> Iterator[Client]:
    settings = VaultSettings.model_validate(auth)
    clock = FakeClock()
    with httpx.Client(transport=transport) as http:
        sender = Sender("vault", http, judge, HOSTS)
        login = Login(hvac_client(url, namespace, sender, None), settings, clock.clock())
        client = hvac_client(url, namespace, sender, TokenAuth(login))
        yield Client(Vault(client, sender, login, mount, sleep=clock.sleep), transport, clock)


def reading_policy(mount: str) -> str:
    """Of a login that only reads."""
    rules = {f"{mount}/data/*": "read", "auth/token/lookup-self": "read", "sys/capabilities-self": "update"}
    return "\n".join(f'path "{path}" {{ capabilities = ["{right}"] }}' for path, right in rules.items())


def writes(path: str) -> Matches:
    """Requests that write the data of a path."""
    return lambda request: request.method == "POST" and request.url.path.endswith(f"/data/{path}")


def reads(path: str) -> Matches:
    """Requests that read the data of a path."""
    return lambda request: request.method == "GET" and request.url.path.endswith(f"/data/{path}")


def errors(status: int, *texts: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Vault's form of an error."""
    return httpx.Response(status, json={"errors": list(texts)}, headers=headers)
