"""Until when the credentials of this installation are good, told in time.

Neither Konnect nor Vault tells whoever uses a token or secret id when it ends (docs/vendors/konnect.md, Base URLs and tokens;
docs/vendors/vault.md, Login). So an operator writes the date down where the credential is put: `expires_at` beside the token in
Vault; for the secret id, a setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dcr.errors import Missing, Refused
from dcr.model.timestamps import moment
from dcr.secret import Secret
from dcr.settings.model import Settings, VaultLogin
from dcr.vault import paths
from dcr.vault.client import Vault
from dcr.vault.credentials import SCHEME, reference, resolve

NOTICE = timedelta(days=30)  # as long as a house may need to get new ones


def ending(settings: Settings, vault: Vault, now: datetime) -> tuple[str, ...]:
    """What ends soon, or has ended; nothing where nobody wrote down when.

    Args:
        now: UTC.
    """
    return tuple(_notices(settings, vault, now))


def _notices(settings: Settings, vault: Vault, now: datetime) -> Iterator[str]:
    token = settings.konnect.token or reference(vault, paths.konnect(), "token")
    yield from _when("konnect: the token", moment(_beside(vault, token)), now)
    login = settings.vault
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
