"""Clients connect as the settings say: with this authority, this certificate, through this proxy, and by nothing else."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import trustme

from dcr.errors import Refused, Unreachable
from dcr.http.clients import Connections
from dcr.http.sender import Sender
from dcr.settings.model import Connection

AUTHORITY = trustme.CA()


class Answering(BaseHTTPRequestHandler):
    """Says 200 to a GET; refuses to be a proxy, but keeps whither."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.asked.append(f"CONNECT {self.path}")
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Answering,), {"asked": asked}))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def server_context(*, asks_for_certificate: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    if asks_for_certificate:
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def ask(url: str, connection: Connection) -> httpx.Response:
    connections = Connections()
    try:
        client = connections.client("konnect", connection)
        return Sender("konnect", client, lambda _: None, ("127.0.0.1:*", "konnect.test:443")).send("GET", url)
    finally:
        connections.close()


def test_a_certificate_of_the_named_authority_is_trusted(authority: Path) -> None:
    with serving(server_context()) as (port, _):
        assert ask(f"https://127.0.0.1:{port}/", Connection(ca_file=authority)).status_code == 200


def test_another_authoritys_certificate_is_not_and_nothing_was_asked() -> None:
    with serving(server_context()) as (port, asked), pytest.raises(Refused, match="not trusted"):
        ask(f"https://127.0.0.1:{port}/", Connection())
    assert asked == []


def test_the_client_shows_its_certificate_where_one_is_asked_for(authority: Path, tmp_path: Path) -> None:
    ours = AUTHORITY.issue_cert("client.test")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    ours.private_key_pem.write_to_path(tmp_path / "client.key")
    shown = Connection(ca_file=authority, client_certificate_file=tmp_path / "client.pem", client_key_file=tmp_path / "client.key")
    with serving(server_context(asks_for_certificate=True)) as (port, _):
        assert ask(f"https://127.0.0.1:{port}/", shown).status_code == 200


def test_only_the_named_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as (named, asked), serving() as (surrounding, overheard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{surrounding}")
        with pytest.raises(Unreachable):
            ask("https://konnect.test/v3/portals", Connection(proxy=f"http://127.0.0.1:{named}"))
        with pytest.raises(Unreachable):
            ask("https://127.0.0.1:1/", Connection())
    assert asked == ["CONNECT konnect.test:443"]
    assert overheard == []


def test_systems_with_the_same_certificates_share_what_was_read(authority: Path) -> None:
    connections = Connections()
    for system in ("curity", "konnect"):
        connections.client(system, Connection(ca_file=authority))
    authority.unlink()
    connections.client("gateway", Connection(ca_file=authority))
    connections.close()
