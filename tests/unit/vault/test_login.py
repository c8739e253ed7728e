"""Logging in, renewing and giving back, on a real server; time passes by hand.

Source: docs/vendors/vault.md, Login.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import DcrError, Passing, Refused
from dcr.secret import Secret
from dcr.settings.model import VaultLogin, VaultSettings
from tests.unit.vault.clients import Client, Fault, FaultyTransport, client_of, errors, http_client, reading_policy
from tests.vault_server import Operator, VaultServer

POLICY = """
path "{mount}/data/*" {{ capabilities = ["create", "update", "read"] }}
path "auth/token/lookup-self" {{ capabilities = ["read"] }}
path "auth/token/renew-self" {{ capabilities = ["update"] }}
path "auth/token/revoke-self" {{ capabilities = ["update"] }}
path "sys/capabilities-self" {{ capabilities = ["update"] }}
"""
LOOKUP, RENEW, REVOKE = "/v1/auth/token/lookup-self", "/v1/auth/token/renew-self", "/v1/auth/token/revoke-self"
PATH = "platform/initial-client"


@contextmanager
def by_approle(server: VaultServer, operator: Operator, mount: str, **role: Any) -> Iterator[Client]:
    auth_mount, role_id, secret_id = operator.approle(POLICY.format(mount=mount), **role)
    with client_of(server, mount, auth="approle", auth_mount=auth_mount, role_id=role_id, secret_id=secret_id) as client:
        yield client


def logins(client: Client) -> int:
    return sum(path.endswith("/login") for _, path in client.transport.sent)


def test_one_login_serves_many_calls(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount) as client:
        client.vault.put(PATH, {"a": "b"})
        client.vault.read(PATH)
        assert logins(client) == 1
        assert ("POST", RENEW) not in client.transport.sent


def test_the_token_is_renewed_when_two_thirds_of_its_lease_are_over(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount, token_ttl="20m", token_period="20m") as client:
        client.vault.read(PATH)
        client.clock.pass_by(13 * 60)
        client.vault.read(PATH)
        assert ("POST", RENEW) not in client.transport.sent
        client.clock.pass_by(2 * 60)
        client.vault.read(PATH)
        client.vault.read(PATH)
        assert client.transport.sent.count(("POST", RENEW)) == 1
        assert logins(client) == 1


def test_a_token_that_cannot_live_longer_is_replaced(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    """A role that grants no more than this: the renewal succeeds and brings nothing."""
    with by_approle(vault_server, operator, mount, token_ttl="20m", token_explicit_max_ttl="20m") as client:
        client.vault.read(PATH)
        client.clock.pass_by(15 * 60)
        capped = {"auth": {"client_token": "s.same", "lease_duration": 300, "renewable": True}}
        client.transport.faults = [Fault(lambda request: request.url.path == RENEW, answer=httpx.Response(200, json=capped))]
        client.vault.read(PATH)
        assert logins(client) == 2


def test_a_token_that_vault_forgot_is_replaced_once_and_the_call_repeated(
    vault_server: VaultServer, operator: Operator, mount: str
) -> None:
    with by_approle(vault_server, operator, mount) as client:
        client.vault.put(PATH, {"a": "b"})
        operator.call("POST", "auth/token/revoke", {"token": client.vault.login.token().get_secret_value()})
        assert client.vault.put(PATH, {"a": "c"}) == 2
        assert logins(client) == 2


def test_a_token_of_another_kind_of_text_is_replaced_too(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    """HashiCorp's Vault adds "invalid token" to the 403 (docs/vendors/vault.md, Errors)."""
    two = errors(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
    with by_approle(vault_server, operator, mount) as client:
        client.transport.faults = [Fault(lambda request: request.url.path.endswith(PATH), answer=two)]
        assert client.vault.read(PATH) is None
        assert logins(client) == 2


def test_a_missing_right_is_named_and_nobody_logs_in_again(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount) as client:
        with pytest.raises(Refused) as refused:
            client.vault.list("tenants")
        assert "list" in refused.value.problem
        assert f"{mount}/metadata/tenants" in refused.value.problem
        assert logins(client) == 1


def test_a_missing_right_to_write_is_named(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    token = operator.token(reading_policy(mount))
    with client_of(vault_server, mount, auth="token", token=token) as client, pytest.raises(Refused, match="create, update"):
        client.vault.put(PATH, {"a": "b"})


def test_refused_credentials_are_tried_once_in_five_minutes(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    """Vault locks a role out at the fifth failure, for the right credentials too."""
    auth_mount, role_id, _ = operator.approle(POLICY.format(mount=mount))
    with client_of(vault_server, mount, auth="approle", auth_mount=auth_mount, role_id=role_id, secret_id="wr0ng") as client:
        for _ in range(4):
            with pytest.raises(Refused) as refused:
                client.vault.read(PATH)
        assert logins(client) == 1
        assert "wr0ng" not in str(refused.value)
        client.clock.pass_by(301)
        with pytest.raises(Refused, match="does not accept these credentials"):
            client.vault.read(PATH)
        assert logins(client) == 2


def test_a_lock_out_is_told_and_not_tried_again(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    auth_mount, role_id, secret_id = operator.approle(POLICY.format(mount=mount))
    credentials = {"auth": "approle", "auth_mount": auth_mount, "role_id": role_id, "secret_id": secret_id}
    lockout = {"lockout_threshold": "2", "lockout_duration": "60s", "lockout_counter_reset_duration": "60s"}
    operator.call("POST", f"sys/auth/{auth_mount}/tune", {"user_lockout_config": lockout})
    for _ in range(3):
        wrong = {**credentials, "secret_id": "wrong"}
        with client_of(vault_server, mount, **wrong) as client, pytest.raises(Refused):
            client.vault.read(PATH)
    with client_of(vault_server, mount, **credentials) as client:
        for _ in range(2):
            with pytest.raises(Refused, match="locked out"):
                client.vault.read(PATH)
        assert logins(client) == 1


def test_closing_revokes_what_was_logged_in_for(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount) as client:
        client.vault.read(PATH)
        client.vault.close()
        client.vault.close()
        assert client.transport.sent.count(("POST", REVOKE)) == 1


def test_closing_leaves_a_token_alone_that_was_given(vault_server: VaultServer, mount: str) -> None:
    with client_of(vault_server, mount) as client:
        client.vault.read(PATH)
        client.vault.close()
        assert ("POST", REVOKE) not in client.transport.sent
        assert client.vault.read(PATH) is None


def test_a_given_token_that_does_not_end_is_looked_up_once(vault_server: VaultServer, mount: str) -> None:
    with client_of(vault_server, mount) as client:
        client.vault.read(PATH)
        client.clock.pass_by(10**7)
        client.vault.read(PATH)
        assert client.transport.sent.count(("GET", LOOKUP)) == 1
        assert client.vault.login.seconds_left() == float("inf")


def test_a_given_token_that_ends_says_when(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    token = operator.token(POLICY.format(mount=mount), ttl="10m", renewable=False)
    with client_of(vault_server, mount, auth="token", token=token) as client:
        client.vault.read(PATH)
        client.clock.pass_by(400)
        assert 195 <= client.vault.login.seconds_left() <= 200


def test_the_file_of_a_token_is_read_anew_when_vault_refuses_the_old_one(
    vault_server: VaultServer, operator: Operator, mount: str, tmp_path: Path
) -> None:
    """Vault Agent writes a new one there."""
    old, new = operator.token(POLICY.format(mount=mount)), operator.token(POLICY.format(mount=mount))
    sink = tmp_path / "token"
    sink.write_text(old + "\n")
    with client_of(vault_server, mount, auth="token", token_file=sink) as client:
        client.vault.read(PATH)
        operator.call("POST", "auth/token/revoke", {"token": old})
        sink.write_text(new)
        assert client.vault.read(PATH) is None


def test_a_file_that_is_not_there_is_named_by_its_setting(vault_server: VaultServer, mount: str, tmp_path: Path) -> None:
    auth: dict[str, Any] = {"auth": "token", "token_file": tmp_path / "none"}
    with client_of(vault_server, mount, **auth) as client, pytest.raises(Refused, match="DCR_VAULT__TOKEN_FILE"):
        client.vault.read(PATH)


def test_while_vault_cannot_be_asked_to_renew_the_token_at_hand_is_used(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount, token_period="20m") as client:
        client.vault.read(PATH)
        client.clock.pass_by(15 * 60)
        client.transport.faults = [Fault(lambda request: request.url.path == RENEW, lost="request")]
        assert client.vault.read(PATH) is None
        assert logins(client) == 1


@respx.mock
def test_kubernetes_shows_the_service_accounts_token_of_now(tmp_path: Path) -> None:
    jwt = tmp_path / "jwt"
    jwt.write_text("first")
    granted = {"auth": {"client_token": "s.t", "lease_duration": 60, "renewable": False}}
    login = respx.post("https://vault.test/v1/auth/k8s/login").respond(json=granted)
    respx.get("https://vault.test/v1/dcr/data/" + PATH).respond(404, json={"errors": []})
    with http_client(FaultyTransport(httpx.HTTPTransport()), "https://vault.test", "dcr", **kubernetes(jwt)) as client:
        client.vault.read(PATH)
        jwt.write_text("second")
        client.clock.pass_by(50)
        client.vault.read(PATH)
    sent = [call.request.content for call in login.calls]
    assert [b"first" in sent[0], b"second" in sent[1]] == [True, True]


def kubernetes(jwt: Path) -> dict[str, Any]:
    return {"auth": "kubernetes", "auth_mount": "k8s", "role": "worker", "jwt_file": jwt}


def test_nothing_that_is_raised_or_shown_holds_a_token(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount) as client:
        token = client.vault.login.token()
        client.transport.faults = [Fault(lambda request: request.url.path.endswith(PATH), lost="answer")]
        with pytest.raises(Passing) as raised:
            client.vault.read(PATH)
        shown = [repr(raised.value), str(raised.value), repr(client.vault.login._lease), str(raised.value.__cause__), repr(token)]
        assert not any(token.get_secret_value() in text for text in shown)
        assert raised.value.__cause__ is None


def test_a_login_that_answers_without_a_token_is_no_login(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    with by_approle(vault_server, operator, mount) as client:
        nothing = httpx.Response(200, json={"auth": None})
        client.transport.faults = [Fault(lambda request: request.url.path.endswith("/login"), answer=nothing)]
        with pytest.raises(DcrError, match="without a token"):
            client.vault.read(PATH)


def test_the_namespace_goes_along(vault_server: VaultServer, mount: str) -> None:
    seen: list[str | None] = []
    with client_of(vault_server, mount, namespace="team-a", auth="token", token=vault_server.root_token) as client:
        inner = client.transport.handle_request

        def noted(request: httpx.Request) -> httpx.Response:
            seen.append(request.headers.get("X-Vault-Namespace"))
            return inner(request)

        client.transport.handle_request = noted  # type: ignore[method-assign]
        with pytest.raises(DcrError):
            client.vault.read(PATH)
    assert set(seen) == {"team-a"}


def test_a_secret_id_is_not_in_the_settings_text() -> None:
    settings = VaultSettings(auth=VaultLogin.APPROLE, role_id="r", secret_id=Secret("hush"))
    assert "hush" not in repr(settings) + settings.model_dump_json()
