"""One registry a process: the same systems for the same settings, nothing sent before it is needed, everything closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import Problems
from dcr.model.platform import Platform
from dcr.settings.model import Settings, load_settings
from dcr.systems import Registry, Systems, build_systems
from dcr.vault import paths
from tests.vault_server import Operator, VaultServer

POLICY = """
path "{mount}/data/*" {{ capabilities = ["create", "update", "read"] }}
path "auth/token/revoke-self" {{ capabilities = ["update"] }}
"""


def a_platform(mount: str = "dcr", vault: str = "https://127.0.0.1:8200") -> Platform:
    return Platform.model_validate(
        {
            "name": "test",
            "curity": {"admin_url": "https://curity.test/admin/api/restconf"},
            "konnect": {"url": "https://konnect.test"},
            "vault": {"url": vault, "mount": mount},
            "gateway": {"url": "https://gateway.test"},
            "rules": {"allowed_hosts": ["127.0.0.1:*", "curity.test:443", "konnect.test:443", "portal.test:443", "gateway.test:443"]},
        }
    )


def settings_of(**given: Any) -> Settings:
    vault = {"auth": "approle", "role_id": "r", "secret_id": "s"} | given.pop("vault", {})
    return load_settings(_env_file=None, vault=vault, **given)


@pytest.fixture
def registry() -> Iterator[Registry]:
    made = Registry()
    yield made
    made.close()


def test_the_same_settings_and_addresses_share_their_systems(registry: Registry) -> None:
    assert registry.get(settings_of(), a_platform()) is registry.get(settings_of(), a_platform())
    assert registry.get(settings_of(), a_platform()) is not registry.get(settings_of(retry_attempts=7), a_platform())
    assert registry.get(settings_of(), a_platform()) is not registry.get(settings_of(), a_platform("other"))


def test_threads_get_the_same_one(registry: Registry) -> None:
    found: list[Systems] = []
    threads = [threading.Thread(target=lambda: found.append(registry.get(settings_of(), a_platform()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_after_closing_new_ones_are_made(registry: Registry) -> None:
    before = registry.get(settings_of(), a_platform())
    registry.close()
    assert registry.get(settings_of(), a_platform()) is not before


def test_the_settings_addresses_are_those_that_are_asked(registry: Registry) -> None:
    systems = registry.get(settings_of(konnect={"url": "https://localhost:8001"}), a_platform())
    assert systems.platform.konnect.url == "https://localhost:8001"


def test_making_them_sends_nothing(registry: Registry) -> None:
    with respx.mock(assert_all_called=False) as router:
        systems = registry.get(settings_of(), a_platform())
        systems.portal("https://portal.test", paths.developer("acme"))
        assert not router.calls
    assert {row.system: row.reads + row.writes for row in systems.requests()} == dict.fromkeys(
        ["curity", "oauth", "registration", "konnect", "gateway", "vault", "portal"], 0
    )


def test_a_developers_session_is_shared_and_anothers_is_not(registry: Registry) -> None:
    systems = registry.get(settings_of(), a_platform())
    acme = systems.portal("https://portal.test", paths.developer("acme"))
    assert systems.portal("https://portal.test", paths.developer("acme")) is acme
    assert systems.portal("https://portal.test", paths.developer("other")) is not acme


@pytest.mark.parametrize(
    ("system", "field", "content"),
    [
        ("konnect", "ca_file", None),
        ("curity", "ca_file", "no certificate"),
        ("gateway", "client_certificate_file", None),
        ("vault", "client_certificate_file", "no certificate"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_by_its_variable(tmp_path: Path, system: str, field: str, content: str | None) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Problems, match=f"DCR_{system}__{field}".upper()):
        build_systems(settings_of(**{system: {field: str(file)}}), a_platform())


def test_credentials_come_from_vault_when_they_are_first_needed_and_the_login_is_given_back(
    vault_server: VaultServer, operator: Operator, mount: str
) -> None:
    operator.write(mount, "platform/konnect", {"token": "spat_from_vault"})
    auth_mount, role_id, secret_id = operator.approle(POLICY.format(mount=mount))
    vault = {"auth_mount": auth_mount, "role_id": role_id, "secret_id": secret_id, "ca_file": str(vault_server.ca_file)}
    systems = build_systems(settings_of(vault=vault), a_platform(mount, vault_server.url))
    with respx.mock(assert_all_mocked=False, assert_all_called=False) as router:
        router.route(host="127.0.0.1").pass_through()
        konnect = router.get("https://konnect.test/v3/portals").respond(json={"data": [], "meta": {"page": {"total": 0}}})
        systems.konnect.send("GET", "/v3/portals")
        token = systems.vault.login.token().get_secret_value()
        systems.close()
    assert konnect.calls[0].request.headers["Authorization"] == "Bearer spat_from_vault"
    with httpx.Client(verify=False, headers={"X-Vault-Token": token}) as http:
        assert http.get(f"{vault_server.url}/v1/{mount}/data/platform/konnect").status_code == 403
    assert {row.system: row.reads for row in systems.requests()}["konnect"] == 1
