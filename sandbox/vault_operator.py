"""What an operator does to a fresh Vault before our tools may use it: mount, policies, AppRoles, first secrets.

Source: docs/vendors/vault.md, Layout, Policies, Login. The policies are the ones the repository ships.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.vault import POLL_SECONDS, VaultServer

MOUNT = "dcr"
POLICIES = Path(__file__).parent.parent / "deployments" / "policies"
# Loaded for the one tenant whose name stands in place of `<tenant>`; the others hold for every tenant.
TEMPLATED_POLICY = "handover"
UPGRADING = "to versioned data"
UPGRADE_SECONDS = 10
ROLES = {"dcr-worker": "worker", "dcr-reader": "reader", "dcr-offboard": "offboard"}

Secrets = Mapping[str, Mapping[str, str]]
"""Path below the mount -> what is written there."""


@dataclass(frozen=True, slots=True)
class AppRole:
    """How one of our tools logs in."""

    role_id: str
    secret_id: str


class VaultOperator:
    """Prepares a Vault with its root token."""

    def __init__(self, server: VaultServer, secrets: Secrets, tenant: str) -> None:
        self._server, self._secrets, self._tenant = server, secrets, tenant
        self.roles: dict[str, AppRole] = {}

    def prepare(self) -> None:
        """Everything, once, on an unsealed server without our mount."""
        self._call("POST", "sys/auth/approle", {"type": "approle"})
        self._load_policies()
        self._make_mount()
        self.roles = {role: self._make_role(role, policy) for role, policy in ROLES.items()}

    def restore(self) -> None:
        """Back to the first state: open, policies as shipped, only the first secrets. Logins and tokens stay valid."""
        self._server.unseal()
        self._call("DELETE", f"sys/mounts/{MOUNT}")
        self._load_policies()
        self._make_mount()
        accessor = self._call("GET", "sys/auth/approle")["accessor"]
        for role, policy in ROLES.items():
            self._write_role(role, policy)
            self._call("POST", f"sys/locked-users/{accessor}/unlock/{self.roles[role].role_id}")

    def ready(self) -> dict[str, str]:
        """What the ready file says of Vault: how our tools log in, and what an operator holds."""
        worker, reader, offboard = (self.roles[role] for role in ("dcr-worker", "dcr-reader", "dcr-offboard"))
        return {
            "mount": MOUNT,
            "role_id": worker.role_id,
            "secret_id": worker.secret_id,
            "reader_role_id": reader.role_id,
            "reader_secret_id": reader.secret_id,
            "offboard_role_id": offboard.role_id,
            "offboard_secret_id": offboard.secret_id,
            "root_token": self._server.keys.root_token,
            "unseal_key": self._server.keys.unseal_key,
        }

    def _make_mount(self) -> None:
        self._call("POST", f"sys/mounts/{MOUNT}", {"type": "kv", "options": {"version": "2"}})
        self._call("POST", f"{MOUNT}/config", {"cas_required": True, "max_versions": 5})
        for path, data in self._secrets.items():
            self._call("POST", f"{MOUNT}/data/{path}", {"data": dict(data), "options": {"cas": 0}})

    def _load_policies(self) -> None:
        for file in sorted(POLICIES.glob("*.hcl")):
            text = file.read_text(encoding="utf-8")
            name = file.stem
            if name == TEMPLATED_POLICY:
                name, text = f"{name}-{self._tenant}", text.replace("<tenant>", self._tenant)
            self._call("POST", f"sys/policies/acl/{name}", {"policy": text})

    def _make_role(self, role: str, policy: str) -> AppRole:
        self._write_role(role, policy)
        role_id = self._call("GET", f"auth/approle/role/{role}/role-id")["role_id"]
        secret_id = self._call("POST", f"auth/approle/role/{role}/secret-id", {})["secret_id"]
        return AppRole(role_id=role_id, secret_id=secret_id)

    def _write_role(self, role: str, policy: str) -> None:
        settings = {"token_policies": [policy], "token_ttl": "20m", "token_no_default_policy": True}
        self._call("POST", f"auth/approle/role/{role}", settings)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        end = time.monotonic() + UPGRADE_SECONDS
        answer = self._send(method, path, body)
        # A fresh mount now and then says so for a moment (docs/vendors/vault.md, Fresh mount), to whoever asks first.
        while answer.status_code == 400 and UPGRADING in answer.text and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
            answer = self._send(method, path, body)
        answer.raise_for_status()
        data = answer.json().get("data") if answer.content else None
        return data if isinstance(data, dict) else {}

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        headers = {"X-Vault-Token": self._server.keys.root_token}
        return self._server.http.request(method, f"{self._server.url}/v1/{path}", headers=headers, json=body)
