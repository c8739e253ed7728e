"""The dates that an operator wrote down beside credentials are told in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from dcr.settings.model import Settings
from dcr.steps.preflight.credential_dates import ending
from dcr.systems import build_systems
from tests.unit.steps.contexts import a_platform
from tests.unit.steps.preflight.test_vault_access import policy
from tests.vault_server import Operator, VaultServer

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def told(server: VaultServer, mount: str, token: str, **settings: Any) -> tuple[str, ...]:
    platform = a_platform(allowed_hosts=["127.0.0.1:*"])
    platform = platform.model_copy(update={"vault": platform.vault.model_copy(update={"url": server.url, "mount": mount})})
    vault = {"auth": "token", "token": token, "ca_file": str(server.ca_file)} | settings.pop("vault", {})
    systems = build_systems(Settings(_env_file=None, vault=cast(Any, vault), **settings), platform)  # type: ignore[call-arg]
    try:
        return ending(systems.settings, systems.vault, NOW)
    finally:
        systems.close()


@pytest.mark.parametrize(
    ("days", "words"), [(31, []), (30, ["the token ends on 2026-12-23"]), (0, ["ended on 2026-11-23"]), (-9, ["ended on 2026-11-14"])]
)
def test_konnects_token_is_told_by_the_date_beside_it(
    vault_server: VaultServer, operator: Operator, mount: str, days: int, words: list[str]
) -> None:
    operator.write(mount, "platform/konnect", {"token": "spat_x", "expires_at": (NOW + timedelta(days=days)).isoformat()})
    found = told(vault_server, mount, operator.token(policy("reader", mount)))
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


@pytest.mark.parametrize("values", [{"token": "spat_x"}, {"token": "spat_x", "expires_at": "next year"}])
def test_without_a_date_nothing_is_told(vault_server: VaultServer, operator: Operator, mount: str, values: dict[str, str]) -> None:
    operator.write(mount, "platform/konnect", values)
    assert told(vault_server, mount, operator.token(policy("reader", mount))) == ()


def test_a_secret_id_is_told_by_its_setting(vault_server: VaultServer, mount: str) -> None:
    login = {"auth": "approle", "role_id": "r", "secret_id": "s", "token": None, "secret_id_expires_at": "2026-12-01T00:00:00Z"}
    (line,) = told(vault_server, mount, "", vault=login, konnect={"token": "spat_x"})
    assert "the secret id of this login ends on 2026-12-01" in line
