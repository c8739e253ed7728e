"""Dynamically registered clients: rows of a data source, not configuration.

Source: docs/vendors/curity.md, Registered clients.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Status = Literal["active", "inactive", "revoked"]


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """One row. Times in seconds since the epoch; secrets and tokens only as digests."""

    client_id: str
    profile: str
    secret_digest: str | None
    initial_client: str | None
    """The client that authenticated for the registration; None where nobody had to."""
    status: Status
    grant_types: tuple[str, ...]
    scope: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    client_name: str | None
    token_endpoint_auth_method: str
    issued_at: int
    attributes: Mapping[str, Any]
    """The rest of the metadata, as it is answered."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Members of the registration that mean nothing to the server."""
    token_digest: str | None = None
    token_issued_at: int = 0
    old_secret_digest: str | None = None
    old_secret_until: float = 0
    unheard_for: int = 0
    """For how many more requests the token endpoint has not heard that the client is not active any more."""

    def summary(self) -> dict[str, Any]:
        """The row without digests, for the control port."""
        return {
            "client_id": self.client_id,
            "client_name": self.client_name,
            "initial_client": self.initial_client,
            "status": self.status,
            "grant_types": list(self.grant_types),
            "scope": list(self.scope),
            "redirect_uris": list(self.redirect_uris),
            "issued_at": self.issued_at,
            "properties": dict(self.properties),
        }


class RegisteredClients:
    """The table. Rows are replaced, never changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, RegisteredClient] = {}

    def get(self, client_id: str) -> RegisteredClient | None:
        """One row."""
        return self._rows.get(client_id)

    def save(self, row: RegisteredClient) -> None:
        """Add or replace a row."""
        with self._lock:
            self._rows[row.client_id] = row

    def delete(self, client_id: str) -> None:
        """Remove a row."""
        with self._lock:
            self._rows.pop(client_id, None)

    def let_pass(self, seconds: float) -> None:
        """All clients, their registration tokens and secrets are older by so much."""
        with self._lock:
            self._rows = {client_id: _older(row, int(seconds)) for client_id, row in self._rows.items()}

    def clear(self) -> None:
        """Empty the table."""
        with self._lock:
            self._rows.clear()

    def all(self) -> list[RegisteredClient]:
        """All rows, oldest first."""
        with self._lock:
            return list(self._rows.values())


def _older(row: RegisteredClient, seconds: int) -> RegisteredClient:
    return replace(
        row,
        issued_at=row.issued_at - seconds,
        token_issued_at=row.token_issued_at - seconds,
        old_secret_until=row.old_secret_until - seconds,
    )
