"""HTTP clients as the settings say: certificates, proxy, time-outs, and nothing from the surroundings."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import httpx

from dcr.errors import Problem, Problems
from dcr.http.log_redaction import redact_http_logs
from dcr.settings.model import REMEDY, Connection, variable

Observe = Callable[[str, httpx.Response], None]
"""Told of each answer and the system that gave it, a refused one too."""


class Connections:
    """Makes the HTTP clients, and closes them. Those with the same certificates share what was read of them: reading takes 18 ms."""

    def __init__(self, observe: Observe | None = None) -> None:
        redact_http_logs()
        self._observe = observe
        self._contexts: dict[Hashable, ssl.SSLContext] = {}
        self._clients: list[httpx.Client] = []

    def client(self, system: str, connection: Connection, base_url: str = "") -> httpx.Client:
        """A pooled client.

        Raises:
            Problems: a certificate file cannot be read; names its variable.
        """
        made = httpx.Client(
            base_url=base_url,
            verify=self._context(system, connection),
            proxy=connection.proxy,
            timeout=httpx.Timeout(connection.timeout_seconds, connect=connection.connect_timeout_seconds),
            trust_env=False,  # a proxy or netrc of the surroundings would see credentials that are not meant for it
        )
        observe = self._observe
        if observe:
            made.event_hooks = {"response": [lambda response: observe(system, response)]}
        self._clients.append(made)
        return made

    def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            client.close()

    def _context(self, system: str, connection: Connection) -> ssl.SSLContext:
        files = (connection.ca_file, connection.client_certificate_file, connection.client_key_file)
        if files not in self._contexts:
            self._contexts[files] = _context(system, connection)
        return self._contexts[files]


def _context(system: str, connection: Connection) -> ssl.SSLContext:
    with _readable(system, "ca_file"):
        # Without a CA file of its own: certifi's, the same on every machine.
        context = ssl.create_default_context(cafile=connection.ca_file) if connection.ca_file else httpx.create_ssl_context(trust_env=False)
    if connection.client_certificate_file:
        with _readable(system, "client_certificate_file"):
            context.load_cert_chain(connection.client_certificate_file, connection.client_key_file)
    return context


@contextmanager
def _readable(system: str, name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # an SSLError is one too: the file is there and no PEM, or key and certificate do not belong together
        fault = f"cannot be read ({type(error).__name__})"
        raise Problems("settings", [Problem(variable(system, name), fault, REMEDY)]) from None
