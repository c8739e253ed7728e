"""References to secrets, and the paths they and we may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.errors import Missing, Refused
from dcr.model.names import SLUG_PATTERN
from dcr.secret import Secret
from dcr.vault import paths
from dcr.vault.credentials import developer_login, pair, reference, resolve
from tests.unit.vault.clients import Client, client_of
from tests.vault_server import Operator, VaultServer

TAKES_A_NAME = (paths.tenant_spec, paths.tenant_lock, paths.developer, paths.applications, lambda name: paths.application("acme", name))


@pytest.fixture
def client(vault_server: VaultServer, mount: str) -> Iterator[Client]:
    with client_of(vault_server, mount) as made:
        yield made


def test_a_plain_value_is_itself_and_vault_is_not_asked(client: Client) -> None:
    assert resolve(client.vault, Secret("kpat_x")).get_secret_value() == "kpat_x"
    assert client.transport.sent == []


def test_a_reference_is_read_each_time_so_that_a_rotated_credential_is_seen(client: Client, operator: Operator, mount: str) -> None:
    setting = reference(client.vault, paths.konnect(), "token")
    operator.write(mount, "platform/konnect", {"token": "one"})
    assert resolve(client.vault, setting).get_secret_value() == "one"
    operator.write(mount, "platform/konnect", {"token": "two"}, cas=1)
    assert resolve(client.vault, setting).get_secret_value() == "two"


def test_a_reference_may_name_another_mount(client: Client, operator: Operator) -> None:
    other = operator.mount()
    operator.write(other, "team/kong", {"api-token": "elsewhere"})
    assert resolve(client.vault, Secret(f"vault://{other}/team/kong#api-token")).get_secret_value() == "elsewhere"


def test_a_pair_is_a_username_and_a_secret(client: Client, operator: Operator, mount: str) -> None:
    operator.write(mount, "platform/curity", {"username": "admin", "password": "hush"})
    found = pair(client.vault, *(reference(client.vault, paths.curity(), key) for key in ("username", "password")))
    assert (found.username, found.password.get_secret_value()) == ("admin", "hush")
    assert "hush" not in repr(found)


def test_a_developer_logs_in_by_email(client: Client, operator: Operator, mount: str) -> None:
    operator.write(mount, "tenants/acme/developer", {"email": "dev@acme.example", "password": "hush"})
    assert developer_login(client.vault, paths.developer("acme")).username == "dev@acme.example"


def test_a_missing_key_is_named_with_the_command_that_puts_it_there(client: Client, mount: str) -> None:
    with pytest.raises(Missing, match=f"vault kv put {mount}/platform/konnect token="):
        resolve(client.vault, reference(client.vault, paths.konnect(), "token"))


@pytest.mark.parametrize(
    "text",
    [
        "vault:///a#key",
        "vault://dcr#key",
        "vault://dcr/a",
        "vault://dcr/a#",
        "vault://dcr/../b#k",
        "vault://dcr/a//b#k",
        "vault://dcr/a%2fb#k",
        "vault://d/a#k#l",
    ],
)
def test_a_malformed_reference_is_refused_unsent_and_not_quoted(client: Client, text: str) -> None:
    with pytest.raises(Refused) as refused:
        resolve(client.vault, Secret(text))
    assert client.transport.sent == []
    assert text not in str(refused.value)


@given(name=st.text(max_size=80) | st.sampled_from(["..", ".", "", "a/b", "a/../b", "%2e%2e", "A", "-a", "a-", "a\n", "ä", "a" * 64]))
@pytest.mark.parametrize("build", TAKES_A_NAME)
def test_no_name_escapes_its_place_in_a_path(build: Callable[[str], str], name: str) -> None:
    if re.fullmatch(SLUG_PATTERN, name) and "\n" not in name:
        assert name in build(name).split("/")
        return
    with pytest.raises(Refused):
        build(name)
