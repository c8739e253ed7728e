"""Somebody else with the rights of an administrator, who changes what we manage."""

from __future__ import annotations

from typing import Any

import httpx

from sandbox.world import World


def at_konnect(world: World, method: str, path: str, body: object = None) -> Any:
    """One call of Konnect's platform API."""
    ready = world.ready["konnect"]
    return _call(world, method, ready["url"] + path, body, headers={"Authorization": f"Bearer {ready['token']}"})


def at_curity(world: World, method: str, path: str, body: object = None) -> Any:
    """One call of Curity's RESTCONF, below /data."""
    ready = world.ready["curity"]
    headers = {"Content-Type": "application/yang-data+json", "Accept": "application/yang-data+json"}
    return _call(world, method, f"{ready['admin_url']}/data/{path}", body, headers=headers, auth=(ready["username"], ready["password"]))


def _call(world: World, method: str, url: str, body: object, **request: Any) -> Any:
    with httpx.Client(verify=world.ready["ca_file"], trust_env=False) as client:
        answer = client.request(method, url, json=body, **request)
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None
