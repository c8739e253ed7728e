"""What all systems hold after a run, without what differs from run to run: ids, times, secrets, versions. Read past our own clients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.konnect.state import Application, Provider
from tests.sandbox_fixture import LivingWorld

VOLATILE = re.compile(rb"(<(?:[\w-]+:)?(?:secret|value)>)[^<]*")
FLEETING = frozenset({"id", "created_at", "updated_at", "client_id", "registration_count"})
ANY_VALUE = "(some)"
SHORT_TTL_SECONDS = 2
"""How long the lock of a run holds that may die. What it leaves held expires by itself, and the next run may not even need it."""
PAST_THE_PROXY = {"User-Agent": "sandbox"}  # neither counted nor disturbed


def end_state(living: LivingWorld) -> dict[str, Any]:
    """Everything that two good runs must have in common."""
    return {
        "curity": VOLATILE.sub(rb"\1", living.world.systems.datastore.export()).decode().splitlines(),
        "konnect": _konnect(living.state("konnect")),
        "applications and clients": _clients(living),
        "vault": vault_records(living),
        "initial client": initial_client_works(living),
    }


def differences(found: Mapping[str, Any], undisturbed: Mapping[str, Any]) -> list[str]:
    """What is otherwise, in words."""
    return [line for part in undisturbed for line in _differing(part, found[part], undisturbed[part])]


def left_behind(living: LivingWorld) -> list[str]:
    """Names of the clients registered at Curity that belong to no application."""
    used = {one.client_id for one in living.world.systems.organization.all(Application)}
    return sorted(one["client_name"] for one in living.state("curity-runtime")["registered_clients"] if one["client_id"] not in used)


def vault_read(living: LivingWorld, path: str) -> dict[str, str]:
    """The current version of a path, as its operator reads it; empty if there is none."""
    answer = _vault(living, "GET", f"dcr/data/{path}")
    data: dict[str, str] = ((answer.json().get("data") or {}).get("data") or {}) if answer.content else {}
    return data


def vault_write(living: LivingWorld, path: str, values: Mapping[str, str]) -> None:
    """Make these the values of a path, whatever is there."""
    found = _vault(living, "GET", f"dcr/metadata/{path}")
    version = found.json()["data"]["current_version"] if found.is_success else 0
    _vault(living, "POST", f"dcr/data/{path}", {"data": dict(values), "options": {"cas": version}}).raise_for_status()


def vault_records(living: LivingWorld) -> dict[str, Any]:
    """Path -> names of its values; of locks, whether somebody holds them who may be alive."""
    return {path: _described(path, vault_read(living, path)) for path in _paths(living, "")}


def initial_client_works(living: LivingWorld) -> dict[str, Any]:
    """Vault, Curity and Konnect have the same secret."""
    stored = vault_read(living, "platform/initial-client")
    providers = [one for one in living.world.systems.organization.all(Provider) if one.provider_type == "curity"]
    metadata = living.world.vault.http.get(_discovery(living), headers=PAST_THE_PROXY).json()
    form = {"grant_type": "client_credentials", "scope": "dcr"}
    basic = (stored.get("client_id", ""), stored.get("client_secret", ""))
    answer = living.world.vault.http.post(metadata["token_endpoint"], data=form, auth=basic, headers=PAST_THE_PROXY)
    return {
        "token": answer.status_code,
        "konnect": [(one.client_id, one.client_secret) == basic for one in providers],
        "registration": "registration_endpoint" in metadata,
    }


def _discovery(living: LivingWorld) -> str:
    return f"{living.world.ready['curity']['issuer']}/.well-known/openid-configuration"


def _konnect(held: Mapping[str, Any]) -> dict[str, Any]:
    parts = ("dcr_providers", "auth_strategies", "publications", "applications", "registrations")
    names = {one["id"]: one["name"] for part in parts for one in held[part] if "id" in one and "name" in one}
    return {part: sorted((_steady(one, names) for one in held[part]), key=str) for part in parts}


def _steady(value: Any, names: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _steady(inner, names, key) for key, inner in value.items() if key not in FLEETING or (key == "id" and inner in names)}
    if isinstance(value, list):
        return [_steady(one, names) for one in value]
    return ANY_VALUE if name == "secret-version" else names.get(value, value) if isinstance(value, str) else value


def _clients(living: LivingWorld) -> list[Any]:
    """Each application of ours, with its client at Curity."""
    registered = {one["client_id"]: one for one in living.state("curity-runtime")["registered_clients"]}
    ours = [one for one in living.world.systems.organization.all(Application) if one.client_id in registered]
    shown = ("client_name", "initial_client", "status", "grant_types", "redirect_uris")
    return sorted([one.name, one.owner_type, *(str(registered[one.client_id][name]) for name in shown)] for one in ours)


def _described(path: str, record: Mapping[str, str]) -> Any:
    if path.endswith("/lock"):
        return "held" if record.get("holder") and record["ttl"] != str(SHORT_TTL_SECONDS) else "free"
    return {"names": sorted(record), "state": record.get("state", "")}


def _paths(living: LivingWorld, folder: str) -> list[str]:
    answer = _vault(living, "GET", f"dcr/metadata/{folder}?list=true")
    names = answer.json()["data"]["keys"] if answer.is_success else []
    return sorted(path for name in names for path in (_paths(living, folder + name) if name.endswith("/") else [folder + name]))


def _vault(living: LivingWorld, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
    vault = living.world.vault
    return vault.http.request(method, f"{vault.url}/v1/{path}", headers={"X-Vault-Token": vault.keys.root_token}, json=body)


def _differing(part: str, found: Any, wanted: Any) -> list[str]:
    if found == wanted:
        return []
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = sorted(found.keys() | wanted.keys())
        return [line for name in names for line in _differing(f"{part}/{name}", found.get(name), wanted.get(name))]
    if isinstance(found, list) and isinstance(wanted, list):
        more = [f"{part}: has also {one}" for one in found if found.count(one) > wanted.count(one)]
        return more + [f"{part}: lacks {one}" for one in wanted if wanted.count(one) > found.count(one)] or [f"{part}: in another order"]
    return [f"{part}: {found} instead of {wanted}"]
