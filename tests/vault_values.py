"""What an operator reads and writes in a world's Vault, with its root token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.world import World


def read_value(world: World, path: str) -> dict[str, Any]:
    """The current version's values."""
    found: dict[str, Any] = _call(world, "GET", path)["data"]
    return found


def write_values(world: World, path: str, values: Mapping[str, Any]) -> int:
    """A new version with these values; returns its number."""
    current = _call(world, "GET", path, missing_ok=True)
    version = current["metadata"]["version"] if current else 0
    return int(_call(world, "POST", path, {"data": dict(values), "options": {"cas": version}})["version"])


def remove_value(world: World, path: str) -> None:
    """Nothing can be read there any more; the versions go on counting."""
    _call(world, "DELETE", path)


def _call(world: World, method: str, path: str, body: object = None, *, missing_ok: bool = False) -> Any:
    vault = world.ready["vault"]
    url = f"{vault['url']}/v1/{vault['mount']}/data/{path}"
    answer = world.vault.http.request(method, url, headers={"X-Vault-Token": vault["root_token"]}, json=body)
    if missing_ok and answer.status_code == httpx.codes.NOT_FOUND:
        return None
    return answer.raise_for_status().json()["data"] if answer.content else None
