"""Checks a client secret against what is stored, remembering verdicts: SHA-256 crypt is slow on purpose.

Source: docs/vendors/curity.md, Stored secrets (`$5$[rounds=n$]<salt>$<hash>`, 5000 rounds unless it says otherwise).
"""

from __future__ import annotations

import hmac
import threading

from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # it ships no types

from sandbox.curity.configuration.hashing import CRYPT_PREFIX
from sandbox.curity.runtime.tokens import digest


class SecretCheck:
    """Verdicts by stored value and digest of the presented secret; the secret itself is not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: dict[tuple[str, str], bool] = {}

    def matches(self, stored: str, secret: str) -> bool:
        """Whether `secret` is the one that `stored` was made of.

        A stored value that is no crypt hash is compared as it is: so stands a secret given as a parameter.
        """
        if not stored.startswith(CRYPT_PREFIX):
            return hmac.compare_digest(stored.encode(), secret.encode())
        question = (stored, digest(secret))
        with self._lock:
            known = self._verdicts.get(question)
        if known is None:
            known = _verify(stored, secret)
            with self._lock:
                self._verdicts[question] = known
        return known


def _verify(stored: str, secret: str) -> bool:
    try:
        return bool(sha256_crypt.verify(secret, stored))
    except ValueError:  # a hash cut short, as in trimmed exports: nothing matches it
        return False
