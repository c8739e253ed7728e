"""Client secrets as the datastore keeps them: SHA-256 crypt with a salt of 16 characters.

Source: docs/vendors/curity.md, Stored secrets (10 exported hashes were recomputed: plain SHA-256 crypt, 5000 rounds).
"""

from __future__ import annotations

from collections.abc import Mapping

from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # it ships no types

CRYPT_PREFIX = "$5$"
PLAINTEXT_PREFIX = "$0$"
_SALT_LENGTH = 16
_DEFAULT_ROUNDS = 5000  # written without `rounds=`
_TUNED_ROUNDS = 6000


def stored_secret(text: str, readings: Mapping[str, str]) -> str:
    """What is kept of a secret that a client wrote: its hash, or the text itself if it is one already."""
    if text.startswith(CRYPT_PREFIX) and readings["curity.hash-over-restconf"] == "stored":
        return text
    if text.startswith(PLAINTEXT_PREFIX) and readings["curity.plaintext-marker"] == "marker":
        text = text.removeprefix(PLAINTEXT_PREFIX)
    rounds = _TUNED_ROUNDS if readings["curity.secret-rounds"] == "tuned" else _DEFAULT_ROUNDS
    return str(sha256_crypt.using(rounds=rounds, salt_size=_SALT_LENGTH).hash(text))
