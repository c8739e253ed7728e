"""Settings come from three places, explain themselves, and never repeat a value in an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.errors import Problems
from dcr.model.platform import Platform
from dcr.settings.model import Settings, addressed, load_settings, variable
from dcr.settings.settings_docs import described, env_example, settings_page

ROOT = Path(__file__).parents[3]
LOGIN = {"DCR_VAULT__ROLE_ID": "role", "DCR_VAULT__SECRET_ID": "hush"}
PLATFORM = Platform.model_validate(
    {
        "name": "test",
        "curity": {"admin_url": "https://curity.test:6749/admin/api/restconf"},
        "konnect": {"url": "https://eu.api.konghq.com"},
        "vault": {"url": "https://vault.test:8200"},
        "gateway": {"url": "https://api.test"},
        "rules": {"allowed_hosts": ["curity.test:*"]},
    }
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a developer's environment nor their .env."""
    for name in list(os.environ):
        if name.startswith("DCR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def given_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in (LOGIN | variables).items():
        monkeypatch.setenv(name, value)


def test_the_environment_goes_before_the_env_file_and_that_before_the_secrets_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in {"vault__role_id": "file", "vault__secret_id": "file", "konnect__token": "file"}.items():
        (secrets / name).write_text(value + "\n")
    (tmp_path / ".env").write_text("DCR_VAULT__SECRET_ID=dotenv\nDCR_VAULT__ROLE_ID=dotenv\nUNRELATED=1\n")
    monkeypatch.setenv("DCR_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("DCR_VAULT__ROLE_ID", "environment")
    settings = load_settings()
    assert settings.vault.role_id == "environment"
    assert settings.vault.secret_id is not None
    assert settings.vault.secret_id.get_secret_value() == "dotenv"
    assert settings.konnect.token is not None
    assert settings.konnect.token.get_secret_value() == "file"


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    given_environment(monkeypatch, DCR_KONNECT__URL="", DCR_KONNECT__TIMEOUT_SECONDS="")
    assert load_settings().konnect.url is None


def test_the_example_with_every_line_switched_on_but_empty_ones_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given_environment(monkeypatch)
    (tmp_path / ".env").write_text("\n".join(line.removeprefix("#") for line in env_example().splitlines() if line.startswith("#DCR_")))
    assert load_settings() == load_settings(_env_file=None)


def test_settings_given_in_code_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    given_environment(monkeypatch, DCR_GATEWAY__URL="https://elsewhere")
    assert load_settings(gateway={"url": "https://here"}).gateway.url == "https://here"


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"DCR_KONNECT__TIMEOUT_SECONDS": "hush"}, "DCR_KONNECT__TIMEOUT_SECONDS: input should be a valid number"),
        ({"DCR_KONNECT__TIMEOUT_SECONDS": "0"}, "DCR_KONNECT__TIMEOUT_SECONDS: input should be greater than 0"),
        ({"DCR_KONNECT__URL": "http://hush"}, "DCR_KONNECT__URL: does not have the form"),
        ({"DCR_KONNECT__TOKN": "hush"}, "DCR_KONNECT__TOKN: is no setting"),
        ({"DCR_VAULT__AUTH": "hush"}, "DCR_VAULT__AUTH: input should be 'token', 'approle' or 'kubernetes'"),
        ({"DCR_VAULT__AUTH": "token"}, "DCR_VAULT: auth token needs either token or token_file"),
        ({"DCR_VAULT__AUTH": "kubernetes"}, "DCR_VAULT: auth kubernetes needs role"),
        ({"DCR_VAULT__ROLE_ID": ""}, "DCR_VAULT: auth approle needs role_id and secret_id"),
        ({"DCR_CURITY__CLIENT_KEY_FILE": "/hush"}, "DCR_CURITY: client_key_file is set, client_certificate_file is not"),
        ({"DCR_PORTAL__PROXY": "http://user:hush@proxy"}, "DCR_PORTAL__PROXY: does not have the form"),
        ({"DCR_LOCK__TTL_SECONDS": "9999"}, "DCR_LOCK__TTL_SECONDS: input should be less than or equal to 3600"),
        ({"DCR_VAULT": "hush"}, "DCR_*: cannot be read"),
        ({"DCR_SECRETS_DIR": "/there/is/none"}, "DCR_*: cannot be read"),
    ],
)
def test_a_fault_names_its_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], line: str) -> None:
    given_environment(monkeypatch, **variables)
    with pytest.raises(Problems) as raised:
        load_settings()
    assert line in str(raised.value)
    assert "hush" not in str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given_environment(monkeypatch, DCR_KONNECT__URL="x", DCR_GATEWAY__URL="x", DCR_RETRY_ATTEMPTS="none")
    with pytest.raises(Problems) as raised:
        load_settings()
    assert {problem.field for problem in raised.value.problems} == {"DCR_KONNECT__URL", "DCR_GATEWAY__URL", "DCR_RETRY_ATTEMPTS"}


def test_nothing_set_at_all_says_that_vault_is_missing() -> None:
    with pytest.raises(Problems, match="DCR_VAULT: is not set"):
        load_settings()


@given(hush=st.text(min_size=12, alphabet=st.characters(categories=["L", "N"])))
def test_no_rendering_of_the_settings_shows_a_secret(hush: str) -> None:
    secret = {"auth": "approle", "role_id": "r", "secret_id": hush}
    settings = Settings(vault=secret, konnect={"token": hush}, curity={"username": hush, "password": hush})  # type: ignore[arg-type]
    assert hush not in repr(settings) + str(settings) + settings.model_dump_json()


def test_settings_with_the_same_values_are_the_same_key() -> None:
    secret = {"auth": "approle", "role_id": "r", "secret_id": "s"}
    one, other = (load_settings(vault=secret, konnect={"token": "t"}) for _ in range(2))
    assert (hash(one), one) == (hash(other), other)


def test_addresses_of_the_settings_go_before_the_platforms() -> None:
    secret = {"auth": "approle", "role_id": "r", "secret_id": "s", "url": "https://localhost:8200", "namespace": "team-a"}
    settings = load_settings(vault=secret, curity={"url": "https://localhost:6749/restconf"}, oauth={"issuer": "https://localhost:8443/o"})
    reached = addressed(PLATFORM, settings)
    assert (reached.vault.url, reached.vault.namespace) == ("https://localhost:8200", "team-a")
    assert (reached.curity.admin_url, reached.curity.issuer) == ("https://localhost:6749/restconf", "https://localhost:8443/o")
    assert (reached.konnect, reached.gateway, reached.rules) == (PLATFORM.konnect, PLATFORM.gateway, PLATFORM.rules)


def test_without_addresses_of_their_own_settings_change_nothing() -> None:
    settings = load_settings(vault={"auth": "approle", "role_id": "r", "secret_id": "s"})
    assert addressed(PLATFORM, settings) == PLATFORM


def test_every_setting_is_described() -> None:
    assert [one.name for one in described() if not one.description] == []
    assert variable("vault", "secret_id") in {one.name for one in described() if one.secret}


@pytest.mark.parametrize(("file", "made"), [(".env.example", env_example), ("docs/settings.md", settings_page)])
def test_the_committed_pages_are_those_that_the_settings_make(file: str, made: object) -> None:
    assert callable(made)
    assert (ROOT / file).read_text() == made(), "run: python -m dcr.settings.settings_docs"
