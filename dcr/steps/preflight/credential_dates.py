"""Until when the credentials of this installation are good, told in time.

Neither Konnect nor Vault tells whoever uses a token or secret id when it ends (reference/konnect.md section 8, reference/vault.md
section 5). So an operator writes the date down where the credential is put: `expires_at` beside the token in Vault; for the secret id, a
setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dcr.errors import Missing, Refused
from dcr.secret import Secret
from dcr.settings.model import VaultLogin
from dcr.steps.application.imported.registration_dates import moment
from dcr.systems import Systems
from dcr.vault import paths
from dcr.vault.client import Vault
from dcr.vault.credentials import SCHEME, reference, resolve

NOTICE = timedelta(days=30)  # as long as a house may need to get new ones


def ending(systems: Systems, now: datetime) -> tuple[str, ...]:
    """What ends soon, or has ended; nothing where nobody wrote down when.

    Args:
        now: UTC.
    """
    return tuple(_told(systems, now))


def _told(systems: Systems, now: datetime) -> Iterator[str]:
    token = systems.settings.konnect.token or reference(systems.vault, paths.konnect(), "token")
    yield from _when("konnect: the token", moment(_beside(systems.vault, token)), now)
    login = systems.settings.vault
    if login.auth is VaultLogin.APPROLE:
        yield from _when("vault: the secret id of this login", login.secret_id_expires_at, now)


def _when(what: str, end: datetime | None, now: datetime) -> Iterator[str]:
    if end and now >= end:
        yield f"{what} should have ended on {end:%Y-%m-%d}: put a new one in place, with its date."
    elif end and now >= end - NOTICE:
        yield f"{what} ends on {end:%Y-%m-%d}: put a new one in place before, with its date."


def _beside(vault: Vault, value: Secret) -> str:
    text = value.get_secret_value()
    if not text.startswith(SCHEME):
        return ""
    try:
        return resolve(vault, Secret(f"{text.partition('#')[0]}#expires_at")).get_secret_value()
    except (Missing, Refused):
        return ""  # no date, or no right to the credential itself, which is told elsewhere
