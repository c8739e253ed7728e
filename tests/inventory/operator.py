"""What people, accidents and interrupted runs leave behind, planted by hand: in Vault with its root token, in Konnect with an admin's."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.sandbox_fixture import LivingWorld

OURS = {"managed_by": "dcr", "op_id": "planted"}


@dataclass(frozen=True, slots=True)
class Operator:
    """Writes where it likes."""

    living: LivingWorld
    http: httpx.Client

    def _vault(self, method: str, kind: str, path: str, body: Any = None) -> Any:
        vault = self.living.world.ready["vault"]
        url, headers = f"{vault['url']}/v1/{vault['mount']}/{kind}/{path}", {"X-Vault-Token": vault["root_token"]}
        answer = self.http.request(method, url, headers=headers, json=body).raise_for_status()
        return answer.json()["data"] if answer.content else None

    def record(self, path: str) -> dict[str, str]:
        found: dict[str, str] = self._vault("GET", "data", path)["data"]
        return found

    def put(self, path: str, values: dict[str, str]) -> None:
        try:
            version = self._vault("GET", "data", path)["metadata"]["version"]
        except httpx.HTTPStatusError:
            version = 0
        self._vault("POST", "data", path, {"data": {**values, **OURS}, "options": {"cas": version}})

    def change(self, path: str, **values: str) -> None:
        self.put(path, {**self.record(path), **values})

    def forget(self, path: str) -> None:
        self._vault("DELETE", "metadata", path)

    def konnect(self, method: str, path: str, body: Any = None) -> Any:
        ready = self.living.world.ready["konnect"]
        answer = self.http.request(method, ready["url"] + path, headers={"Authorization": f"Bearer {ready['token']}"}, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def one(self, path: str, name: str) -> dict[str, Any]:
        """The object of this name in a list."""
        found: dict[str, Any] = next(row for row in self.konnect("GET", path)["data"] if row["name"] == name)
        return found

    @property
    def portal_id(self) -> str:
        found: str = self.living.world.ready["portal"]["id"]
        return found

    def kept(self, name: str, slug: str = "acme") -> dict[str, str]:
        return self.record(f"tenants/{slug}/applications/{name}")


@contextmanager
def operator(living: LivingWorld) -> Iterator[Operator]:
    """One that trusts the world's certificates."""
    ready = living.world.ready
    with httpx.Client(verify=ssl.create_default_context(cafile=ready["ca_file"]), trust_env=False) as http:
        yield Operator(living, http)
