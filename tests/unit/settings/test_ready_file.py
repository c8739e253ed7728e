"""A sandbox's ready file as settings: addresses and the Vault login, and no credential in any message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dcr.errors import Problems
from dcr.settings.model import load_settings
from dcr.settings.ready_file import read_ready_file, settings_in

SECRET = "a-secret-id-that-nobody-may-see"
READY: dict[str, Any] = {
    "version": 1,
    "pid": 1,
    "ca_file": "/tmp/ca.pem",
    "curity": {
        "admin_url": "https://localhost:46000/admin/api/restconf",
        "issuer": "https://localhost:46001/oauth/v2/oauth-anonymous",
        "more": 1,
    },
    "konnect": {"url": "https://localhost:46003"},
    "portal": {"url": "https://localhost:46004"},
    "gateway": {"url": "https://localhost:46005"},
    "vault": {"url": "https://localhost:46006", "role_id": "role", "secret_id": SECRET},
    "control": {"url": "http://127.0.0.1:46008"},
}


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(READY))
    return path


def test_every_system_is_reached_where_the_sandbox_says_and_trusts_its_authority(ready: Path) -> None:
    settings = load_settings(ready_file=ready)
    parts = (settings.curity, settings.konnect, settings.portal, settings.gateway, settings.vault)
    assert [str(part.url).rpartition(":")[2].partition("/")[0] for part in parts] == ["46000", "46003", "46004", "46005", "46006"]
    assert settings.oauth.issuer == READY["curity"]["issuer"]
    assert {str(part.ca_file) for part in (*parts, settings.oauth)} == {"/tmp/ca.pem"}
    assert settings.vault.secret_id is not None
    assert settings.vault.secret_id.matches(SECRET)


def test_a_worker_finds_it_by_its_environment_and_an_option_goes_before_it(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_READY_FILE", str(ready))
    assert load_settings().vault.role_id == "role"
    monkeypatch.setenv("DCR_READY_FILE", "/nowhere.json")
    assert load_settings(ready_file=ready).vault.role_id == "role"


def test_other_settings_still_come_from_the_environment(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_VAULT__TIMEOUT_SECONDS", "3")
    assert load_settings(ready_file=ready).vault.timeout_seconds == 3


def test_its_credential_is_in_no_text(ready: Path) -> None:
    assert SECRET not in repr(read_ready_file(ready)) + str(settings_in(ready)) + repr(load_settings(ready_file=ready))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": 2}, "version"),
        ({"vault": {"url": "https://localhost:1", "secret_id": SECRET}}, "vault.role_id"),
        ({"konnect": {"url": f"http://{SECRET}@localhost"}}, "konnect.url"),
        ({"ca_file": None}, "ca_file"),
    ],
)
def test_a_file_of_another_form_is_told_field_by_field_without_its_content(ready: Path, change: dict[str, Any], field: str) -> None:
    ready.write_text(json.dumps({**READY, **change}))
    with pytest.raises(Problems) as caught:
        settings_in(ready)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", f'["{SECRET}"]', "\x00"])
def test_what_is_no_ready_file_is_told_in_words(ready: Path, content: str) -> None:
    ready.write_text(content)
    with pytest.raises(Problems, match="dcr sandbox") as caught:
        settings_in(ready)
    assert SECRET not in str(caught.value)


def test_a_file_that_is_not_there_yet_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="Start a sandbox with `dcr sandbox`"):
        settings_in(tmp_path / "none.json")
