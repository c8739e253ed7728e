"""Each thing we manage, and how somebody else changes it: by the systems' own interfaces, as an administrator would."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dcr.vault import paths
from sandbox.konnect.state import Application
from sandbox.world import World
from tests.admin_client import at_curity, at_konnect
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import read_value, remove_value, write_values

Mutate = Callable[[LivingWorld], None]
"""Changes one thing."""

PROFILE = "base:profiles/profile=token-service,oauth-service"
SERVER = f"{PROFILE}/settings/profile-oauth:authorization-server"
CLIENT = f"{SERVER}/client-store/config-backed/client=konnect-dcr"
DCR = f"{SERVER}/dynamic-client-registration"
FREE = f"{DCR}/non-templatized"
ISSUER = f"{PROFILE}/token-issuers/custom-token-issuer=userinfo,jwt,userinfo"
ENDPOINT = f"{PROFILE}/endpoints/endpoint=token-service-dynamic-client-registration"
ROLES = "base:environments/environment/services/service-role"


def removed(path: str) -> Mutate:
    """Delete it at Curity."""
    return lambda living: at_curity(living.world, "DELETE", path)


def patched(path: str, body: Any) -> Mutate:
    """Merge this into Curity's configuration."""
    return lambda living: at_curity(living.world, "PATCH", path, body)


def elsewhere(facility: str, path: str, name: str) -> Mutate:
    """Point a leaf at another facility of its kind.

    Args:
        facility: list of facilities, `data-sources/data-source`.
        path: of the leaf.
        name: of the leaf, with its module.
    """

    def change(living: LivingWorld) -> None:
        containers, _, kind = facility.rpartition("/")
        parent = containers.rpartition("/")[2]
        first = at_curity(living.world, "GET", f"base:facilities/{containers}?content=config")[f"base:{parent}"][kind][0]
        copy = {name: value for name, value in first.items() if ":" not in name} | {"id": "other"}  # without what other modules add
        at_curity(living.world, "PATCH", f"base:facilities/{containers}", {f"base:{parent}": {kind: [copy]}})
        at_curity(living.world, "PATCH", path, {name: "other"})

    return change


def object_named(living: LivingWorld, kind: str, name: str) -> Any:
    """An object of ours at Konnect, as its state shows it."""
    ours = [one for one in living.state("konnect")[kind] if one["name"] == name]
    return next(
        one
        for one in ours
        if one.get("dcr_provider", {}).get("name", "curity") == "curity" and one.get("provider_type", "curity") == "curity"
    )


def provider(body: Any) -> Mutate:
    """Change the DCR provider."""
    return lambda living: at_konnect(
        living.world, "PATCH", f"/v2/dcr-providers/{object_named(living, 'dcr_providers', 'curity')['id']}", body
    )


def strategy(body: Any) -> Mutate:
    """Change the auth strategy."""

    def change(living: LivingWorld) -> None:
        found = object_named(living, "auth_strategies", "curity-dcr")
        at_konnect(living.world, "PATCH", f"/v2/application-auth-strategies/{found['id']}", body)

    return change


def oidc(**values: Any) -> Mutate:
    """Change the auth strategy's configuration."""
    return strategy({"configs": {"openid-connect": values}})


def publication(api: str, **values: Any) -> Mutate:
    """Publish an API otherwise."""

    def change(living: LivingWorld) -> None:
        path = f"/v3/apis/{living.world.ready['konnect']['apis'][api]}/publications/{portal_id(living)}"
        now = at_konnect(living.world, "GET", path)
        kept = {name: now[name] for name in ("auth_strategy_ids", "auto_approve_registrations", "visibility")}
        at_konnect(living.world, "PUT", path, kept | values)

    return change


def portal_id(living: LivingWorld) -> str:
    """Of the tenant's portal."""
    found: str = at_konnect(living.world, "GET", "/v3/portals?filter[name][eq]=acme-portal")["data"][0]["id"]
    return found


def registration(application: str, api: str) -> Mutate:
    """Revoke an application's registration for an API."""

    def change(living: LivingWorld) -> None:
        base = f"/v3/portals/{portal_id(living)}/applications/{application_id(living, application)}/registrations"
        found = at_konnect(living.world, "GET", base)["data"]
        wanted = living.world.ready["konnect"]["apis"][api]
        one = next(one["id"] for one in found if one["api"]["id"] == wanted)
        at_konnect(living.world, "PATCH", f"{base}/{one}", {"status": "revoked"})

    return change


def application_id(living: LivingWorld, name: str) -> str:
    """Of the tenant's application, as Vault knows it."""
    found: str = read_value(living.world, f"tenants/acme/applications/{name}")["application_id"]
    return found


def by_its_owner(name: str, field: str) -> Mutate:
    """Change an application as its owner may in the portal."""

    def change(living: LivingWorld) -> None:
        found = living.world.systems.organization.get(Application, application_id(living, name))
        setattr(found, field, f"{getattr(found, field)}/changed")

    return change


def accepted_without(kind: str, name: str) -> Mutate:
    """One API or application is missing in what was accepted."""
    return _accepted(lambda tenant: tenant | {kind: [one for one in tenant[kind] if one["name"] != name]})


def accepted_with(**values: str) -> Mutate:
    """Members of what was accepted are others."""
    return _accepted(lambda tenant: tenant | values)


def _accepted(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutate:
    def mutate(living: LivingWorld) -> None:
        kept = read_value(living.world, "tenants/acme/spec")["tenant"]
        in_vault("tenants/acme/spec", tenant=json.dumps(change(json.loads(kept))))(living)

    return mutate


def unowned(api: str) -> Mutate:
    """Remove what Vault says of whose an API's publication is."""

    def change(living: LivingWorld) -> None:
        remove_value(living.world, paths.publication(portal_id(living), living.world.ready["konnect"]["apis"][api]))

    return change


def in_vault(path: str, **values: str) -> Mutate:
    """Replace members of what is stored."""

    def change(living: LivingWorld) -> None:
        world: World = living.world
        write_values(world, path, read_value(world, path) | values)

    return change
