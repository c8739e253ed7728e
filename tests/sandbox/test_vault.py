"""The Vault of the sandbox is a real server, prepared as an operator would: docs/vendors/vault.md, Test server, Layout, Login."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.certificates import make_certificates
from sandbox.serving import bind, port_of
from sandbox.vault import VaultDidNotStart, VaultServer
from sandbox.vault_operator import AppRole, VaultOperator

SECRETS = {
    "platform/konnect": {"token": "kpat_x"},
    "platform/curity": {"username": "admin", "password": "p"},
    "tenants/acme/developer": {"email": "dev@acme.example", "password": "p"},
}
NOT_THE_WORKERS = [("platform/konnect", 1), ("platform/curity", 1), ("tenants/acme/developer", 1), ("tenants/acme/else", 0)]


class Client:
    """A client of that Vault, logged in by AppRole."""

    def __init__(self, server: VaultServer, role: AppRole) -> None:
        self.http, self.url = server.http, f"{server.url}/v1"
        answer = self.http.post(f"{self.url}/auth/approle/login", json={"role_id": role.role_id, "secret_id": role.secret_id})
        self.login = answer.raise_for_status().json()["auth"]

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.http.request(method, f"{self.url}/{path}", headers={"X-Vault-Token": self.login["client_token"]}, json=body)

    def write(self, path: str, cas: int) -> int:
        return self.call("POST", f"dcr/data/{path}", {"data": {"a": "b"}, "options": {"cas": cas}}).status_code


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VaultServer, VaultOperator]]:
    directory = tmp_path_factory.mktemp("vault")
    server = VaultServer(directory, make_certificates(directory))
    operator = VaultOperator(server, SECRETS, tenant="acme")
    try:
        server.launch()
        server.open()
        operator.prepare()
        yield server, operator
    finally:
        server.stop()


@pytest.fixture
def worker(prepared: tuple[VaultServer, VaultOperator]) -> Client:
    server, operator = prepared
    operator.restore()
    return Client(server, operator.roles["dcr-worker"])


@pytest.mark.parametrize(("role", "policy"), [("dcr-worker", "worker"), ("dcr-reader", "reader"), ("dcr-offboard", "offboard")])
def test_each_role_logs_in_with_its_policy_and_no_other(prepared: tuple[VaultServer, VaultOperator], role: str, policy: str) -> None:
    server, operator = prepared
    assert Client(server, operator.roles[role]).login["policies"] == [policy]


def test_the_worker_reads_what_the_operator_wrote(worker: Client) -> None:
    assert {path: worker.call("GET", f"dcr/data/{path}").json()["data"]["data"] for path in SECRETS} == SECRETS


@pytest.mark.parametrize(("path", "cas"), NOT_THE_WORKERS)
def test_the_worker_cannot_write_what_is_an_operators(worker: Client, path: str, cas: int) -> None:
    assert worker.write(path, cas) == 403


@pytest.mark.parametrize("path", ["platform/initial-client", "platform/lock", "tenants/acme/spec", "tenants/acme/applications/shop"])
def test_the_worker_writes_what_is_its_own(worker: Client, path: str) -> None:
    assert worker.write(path, 0) == 200
    assert worker.write(path, 0) == 400, "check-and-set"


def test_a_write_without_check_and_set_is_refused(worker: Client) -> None:
    assert worker.call("POST", "dcr/data/platform/lock", {"data": {"a": "b"}}).status_code == 400


@pytest.mark.parametrize("path", ["tenants/acme/spec", "tenants/acme/lock", "platform/initial-client"])
def test_the_reader_writes_nothing(prepared: tuple[VaultServer, VaultOperator], path: str) -> None:
    server, operator = prepared
    assert Client(server, operator.roles["dcr-reader"]).write(path, 0) == 403


def test_all_shipped_policies_are_loaded(prepared: tuple[VaultServer, VaultOperator]) -> None:
    server, _ = prepared
    answer = server.http.request("LIST", f"{server.url}/v1/sys/policies/acl", headers={"X-Vault-Token": server.keys.root_token})
    assert {"worker", "worker-tenant", "reader", "offboard", "handover-acme"} <= set(answer.json()["data"]["keys"])


def test_restoring_forgets_writes_and_keeps_logins(prepared: tuple[VaultServer, VaultOperator], worker: Client) -> None:
    server, operator = prepared
    worker.write("tenants/acme/spec", 0)
    server.http.put(f"{server.url}/v1/sys/seal", headers={"X-Vault-Token": server.keys.root_token})
    operator.restore()
    assert worker.call("GET", "dcr/data/tenants/acme/spec").status_code == 404
    assert worker.call("GET", "dcr/data/platform/konnect").status_code == 200
    assert Client(server, operator.roles["dcr-worker"]).login["policies"] == ["worker"]


def test_restoring_lets_a_locked_out_role_in_again(prepared: tuple[VaultServer, VaultOperator]) -> None:
    server, operator = prepared
    role = operator.roles["dcr-worker"]
    wrong = {"role_id": role.role_id, "secret_id": "wrong"}
    statuses = [server.http.post(f"{server.url}/v1/auth/approle/login", json=wrong).status_code for _ in range(6)]
    assert statuses[-1] == 403
    operator.restore()
    assert Client(server, role).login["policies"] == ["worker"]


def test_a_fresh_mount_that_is_not_ready_is_asked_again(tmp_path: Path) -> None:
    """Seen on the real server about twice in a thousand fresh mounts (docs/vendors/vault.md, Fresh mount)."""
    upgrading = httpx.Response(400, json={"errors": ["Upgrading from non-versioned to versioned data. This backend will be unavailable"]})
    answers = [httpx.Response(204), upgrading, upgrading, *[httpx.Response(204)] * 50]
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return (
            answers.pop(0)
            if not request.url.path.endswith("-id")
            else httpx.Response(200, json={"data": {"role_id": "r", "secret_id": "s"}})
        )

    server = VaultServer(tmp_path, make_certificates(tmp_path))
    server.http = httpx.Client(transport=httpx.MockTransport(answer))
    VaultOperator(server, {}, tenant="acme").prepare()
    (asked_again,) = {path for path in asked if asked.count(path) == 3}
    assert asked_again == "/v1/sys/policies/acl/handover-acme"


def test_what_is_asked_is_audited_without_values(prepared: tuple[VaultServer, VaultOperator], worker: Client) -> None:
    server, _ = prepared
    assert worker.write("tenants/acme/spec", 0) == 200
    audited = server.audit_file.read_text(encoding="utf-8")
    assert "dcr/data/tenants/acme/spec" in audited
    assert str(worker.login["client_token"]) not in audited


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    server = VaultServer(tmp_path, make_certificates(tmp_path))
    with bind() as taken:
        taken.listen()
        server.launch(port_of(taken))
        with pytest.raises(VaultDidNotStart, match=str(port_of(taken))):
            server.open()
    assert server.pid == 0


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv: only util-linux can end a child with its parent")
def test_the_server_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import pathlib, sys
        from sandbox.certificates import make_certificates
        from sandbox.vault import VaultServer
        directory = pathlib.Path(sys.argv[1])
        server = VaultServer(directory, make_certificates(directory))
        server.launch()
        server.open()
        print(server.pid, flush=True)
        sys.stdin.read()
    """)
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        handle = os.pidfd_open(pid)
        parent.kill()
    assert _ended(handle)


def _ended(handle: int) -> bool:
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)
