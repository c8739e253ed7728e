"""A value that must not be seen: not by repr, str, JSON or pickle."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr


class Secret(SecretStr):
    """A `SecretStr` whose pickled copy is empty of the value too.

    Prefect pickles results and exceptions; a plain `SecretStr` survives that in clear (docs/vendors/prefect.md, Leaks).
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self),))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Secret:
        return self

    def matches(self, other: Secret | str) -> bool:
        """Compare in constant time."""
        value = other if isinstance(other, str) else other.get_secret_value()
        return hmac.compare_digest(self.get_secret_value().encode(), value.encode())


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """A name and its secret, as two systems agreed on them."""

    username: str
    password: Secret

    def authorization(self) -> Secret:
        """Value of the `Authorization` header: Basic, base64 of `username:password`.

        Source: RFC 7617 section 2; the raw pair of Konnect's how-to is refused by gateways (docs/vendors/konnect.md, Gateway answers).
        """
        pair = f"{self.username}:{self.password.get_secret_value()}"
        return Secret(f"Basic {base64.b64encode(pair.encode()).decode()}")
