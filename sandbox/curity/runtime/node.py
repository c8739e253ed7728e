"""A run-time node: what all its endpoints share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl

from lxml import etree
from starlette.datastructures import Headers

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.keys import KeyStore
from sandbox.curity.runtime.knobs import RuntimeKnobs
from sandbox.curity.runtime.registered_clients import RegisteredClients
from sandbox.curity.runtime.secret_check import SecretCheck
from sandbox.curity.runtime.tokens import TokenStore
from sandbox.curity.runtime.view import Verifier, View
from sandbox.curity.runtime.view_reader import read_view

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Configuration(Protocol):
    """What the node needs of the configuration datastore."""

    @property
    def revision(self) -> int:
        """Grows with each commit."""

    def root(self) -> etree._Element:
        """The whole configuration, parameters replaced by values."""


class Call:
    """One request to the run time, its body already here."""

    def __init__(self, method: str, path: str, query: str, headers: Headers, body: bytes) -> None:
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.query = dict(parse_qsl(query))

    @property
    def media_type(self) -> str:
        """The body's media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """The parameters of a form. A repeated one is refused (RFC 6749 section 3.2)."""
        if self.media_type != FORM:
            raise errors.invalid_request(f"the body must be {FORM}")
        try:
            pairs = parse_qsl(self.body.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            raise errors.invalid_request("the body is not UTF-8") from None
        found = dict(pairs)
        if len(found) != len(pairs):
            raise errors.invalid_request("a parameter is repeated")
        return {name: value for name, value in found.items() if value}

    def bearer(self) -> str | None:
        """The bearer token of the Authorization header."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def accepts(self, media_type: str) -> bool:
        """Whether the client asked for exactly that media type."""
        return media_type in self.headers.get("accept", "")


class Node:
    """Configuration, readings, knobs, keys, tokens and registered clients."""

    def __init__(self, configuration: Configuration, readings: Mapping[str, str], base_url: str) -> None:
        """`base_url` is where the node answers, for a configuration that does not say."""
        self.configuration, self.readings, self.base_url = configuration, readings, base_url
        self.knobs = RuntimeKnobs()
        self.keys = KeyStore()
        self.tokens = TokenStore()
        self.clients = RegisteredClients()
        self.secrets = SecretCheck()
        self.metadata_requests: dict[str, int] = {}
        self._view: tuple[int, View] | None = None
        self._ages: dict[tuple[str, Verifier], float] = {}

    def view(self) -> View:
        """The configuration as of the last commit, read once a commit."""
        known, revision = self._view, self.configuration.revision
        if known is None or known[0] != revision:
            # The revision was read first: if a commit comes in between, the next call reads anew.
            known = self._view = (revision, read_view(self.configuration.root(), self.base_url))
        return known[1]

    def make_keys(self) -> None:
        """Make the signing keys of all profiles now, since that takes a moment."""
        for profile in self.view().profiles:
            for key in profile.keys:
                self.keys.pair(key)

    def now(self) -> float:
        """Seconds since the epoch by the node's clock."""
        return time.time() + self.knobs.clock_advance_seconds

    def let_pass(self, seconds: float) -> None:
        """Everything that is there grows older, and the clock stays: what is issued from now on is as fresh as any client takes it for."""
        self.clients.let_pass(seconds)
        self.tokens.let_pass(seconds)
        for profile in self.view().profiles:
            for client in profile.clients.values():
                for verifier in client.verifiers:
                    key = client.id, verifier
                    self._ages[key] = self._ages.get(key, 0) + seconds

    def age(self, client_id: str, verifier: Verifier) -> float:
        """How much older a configured client's secret is than its own dates tell."""
        return self._ages.get((client_id, verifier), 0)

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""
        return self.knobs.model_dump()

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named.

        Raises:
            ValueError: an unknown knob or a wrong value; nothing changes then.
        """
        self.knobs = RuntimeKnobs.model_validate({**self.knobs.model_dump(), **values})

    def snapshot(self) -> Mapping[str, Any]:
        """Registered clients without digests, and how many tokens live."""
        return {"registered_clients": [row.summary() for row in self.clients.all()], "tokens": len(self.tokens)}

    def reset(self) -> None:
        """Forget tokens, registered clients and knobs; keys stay."""
        self.knobs = RuntimeKnobs()
        self.tokens.clear()
        self.clients.clear()
        self.metadata_requests.clear()
        self._ages.clear()
        self._view = None
