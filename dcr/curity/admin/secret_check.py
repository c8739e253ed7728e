"""Whether the secret in Vault is the one that Curity holds: compared by Curity's hash, never by writing it again."""

from __future__ import annotations

from enum import Enum, auto

from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.secret import Secret


class Match(Enum):
    """What the stored form says about the secret."""

    SAME = auto()
    OTHER = auto()
    CANNOT_TELL = auto()  # hidden from this admin user, masked, or a form we do not know


def compare(stored: Secret | None, secret: Secret) -> Match:
    """Recompute the SHA-256 crypt hash `$5$[rounds=n$]salt$hash` that Curity stores.

    A new salt at each write makes a rewrite look like a change and leaves a commit behind, so a secret that matches is never sent.

    Source: docs/vendors/curity.md, Stored secrets.
    """
    form = stored.get_secret_value() if stored else ""
    if not form.startswith("$5$"):
        return Match.CANNOT_TELL
    try:
        return Match.SAME if sha256_crypt.verify(secret.get_secret_value(), form) else Match.OTHER
    except ValueError:  # `$5$` and then no salt or no hash
        return Match.CANNOT_TELL
