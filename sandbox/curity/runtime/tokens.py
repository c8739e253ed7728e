"""The tokens that the run time gave out, opaque or JWT.

Source: docs/vendors/curity.md, Token requests, Access tokens.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import uuid
from dataclasses import dataclass, replace

OPAQUE_PREFIX = "_0XBPWQQ_"


@dataclass(frozen=True, slots=True)
class Token:
    """One access token; times in seconds since the epoch."""

    id: str
    delegation: str
    profile: str
    issuer: str
    client_id: str
    subject: str
    audience: tuple[str, ...]
    scopes: tuple[str, ...]
    issued_at: int
    expires_at: int
    text: str = ""
    """What the client sends."""
    jwt: str | None = None
    """What `Accept: application/jwt` gets at introspection, where the issuer can sign."""


class TokenStore:
    """All tokens by their text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}

    def add(self, token: Token) -> None:
        """Keep a token that is being given out."""
        with self._lock:
            self._tokens[token.text] = token

    def find(self, text: str, now: float) -> Token | None:
        """The token, while it is neither expired nor revoked nor used up."""
        token = self._tokens.get(text)
        return token if token and token.expires_at > now else None

    def remove(self, text: str) -> None:
        """Revoke it, or use it up."""
        with self._lock:
            self._tokens.pop(text, None)

    def remove_of(self, client_id: str) -> None:
        """Revoke all tokens of a client that is going."""
        with self._lock:
            self._tokens = {text: token for text, token in self._tokens.items() if token.client_id != client_id}

    def let_pass(self, seconds: float) -> None:
        """All that were given out are older by so much; a JWT says nothing of it."""
        aged = int(seconds)
        with self._lock:
            self._tokens = {
                text: replace(token, issued_at=token.issued_at - aged, expires_at=token.expires_at - aged)
                for text, token in self._tokens.items()
            }

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._tokens.clear()

    def __len__(self) -> int:
        return len(self._tokens)


def opaque_token() -> str:
    """A new reference token in Curity's form."""
    return f"{OPAQUE_PREFIX}{uuid.uuid4()}"


def new_secret(form: str) -> str:
    """A new client secret in the form of reading `curity.client-secret-form`."""
    return secrets.token_urlsafe(32) if form == "base64url" else secrets.token_hex(32)


def digest(text: str) -> str:
    """How the data source keeps what must be recognised but not known: tokens and generated secrets are random enough."""
    return hashlib.sha256(text.encode()).hexdigest()
