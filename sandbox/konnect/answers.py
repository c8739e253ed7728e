"""Providers, strategies, people, applications and registrations as Konnect prints them. A secret that was sent never comes back."""

from __future__ import annotations

from typing import Any

from sandbox.konnect.state import (
    Api,
    Application,
    Developer,
    Organization,
    Portal,
    Provider,
    Publication,
    Registration,
    Strategy,
    Team,
    Thing,
)

Row = dict[str, Any]


def stamped(thing: Thing) -> Row:
    """What every object begins with."""
    return {"id": thing.id, "created_at": thing.created_at, "updated_at": thing.updated_at}


def provider(org: Organization, thing: Provider) -> Row:
    """A DCR provider; an absent display name is left out, never null (docs/vendors/konnect.md, Document quirks)."""
    active = any(strategy.provider_id == thing.id and strategy_is_active(org, strategy) for strategy in org.all(Strategy))
    row = {**stamped(thing), "name": thing.name, "provider_type": thing.provider_type, "issuer": thing.issuer, "active": active}
    row |= {"dcr_config": dict(thing.config), "labels": dict(thing.labels)}
    return row | ({"display_name": thing.display_name} if thing.display_name else {})


def strategy_is_active(org: Organization, thing: Strategy) -> bool:
    """Whether a publication uses it."""
    return any(thing.id in (publication.strategy_ids or []) for publication in org.all(Publication))


def strategy(org: Organization, thing: Strategy) -> Row:
    """An auth strategy with its provider in short."""
    of_provider = org.find(Provider, thing.provider_id)
    short = None
    if of_provider:
        short = {"id": of_provider.id, "name": of_provider.name, "provider_type": of_provider.provider_type}
        short |= {"display_name": of_provider.display_name} if of_provider.display_name else {}
    return {
        **stamped(thing),
        "name": thing.name,
        "display_name": thing.display_name,
        "strategy_type": thing.strategy_type,
        "configs": {thing.strategy_type.replace("_", "-"): dict(thing.configs)},
        "active": strategy_is_active(org, thing),
        "dcr_provider": short,
        "labels": dict(thing.labels),
        "supports_multiple_credentials": _several_credentials(thing, of_provider),
        "principals": {"enabled": thing.principals},
    }


def _several_credentials(thing: Strategy, of_provider: Provider | None) -> bool:
    """Entra, Okta and the HTTP bridge only, of those with a provider (docs/vendors/konnect.md, Auth strategies)."""
    several = of_provider is not None and of_provider.provider_type in ("azureAd", "okta", "http")
    return several or thing.strategy_type == "key_auth"


def short_strategy(thing: Strategy) -> Row:
    """A strategy, as applications show it: whether it is DCR stands in the credential type (docs/vendors/konnect.md, Portal catalogue)."""
    row: Row = {"id": thing.id, "name": thing.display_name}
    if thing.strategy_type == "key_auth":
        ttl = thing.configs.get("ttl")
        return {**row, "credential_type": "key_auth", "key_names": thing.configs["key_names"], **({"ttl": ttl} if ttl else {})}
    kind = "client_credentials" if thing.provider_id else "self_managed_client_credentials"
    return {**row, "credential_type": kind, "auth_methods": thing.configs["auth_methods"]}


def developer(thing: Developer) -> Row:
    """A developer, for an admin."""
    return {**stamped(thing), "email": thing.email, "full_name": thing.full_name, "status": thing.status}


def team_member(thing: Developer) -> Row:
    """A developer, as a member of a team."""
    active = thing.status == "approved"
    return {**stamped(thing), "email": thing.email, "full_name": thing.full_name, "active": active}


def team(thing: Team) -> Row:
    """A team of a portal."""
    row = {**stamped(thing), "name": thing.name, "can_own_applications": thing.can_own_applications}
    return {**row, "description": thing.description}


def application(org: Organization, thing: Application) -> Row:
    """An application, for an admin: without any secret, and without a redirect URI."""
    of_strategy = org.find(Strategy, thing.strategy_id)
    provider_id = of_strategy.provider_id if of_strategy else None
    count = sum(one.application_id == thing.id for one in org.all(Registration))
    return {
        **stamped(thing),
        "name": thing.name,
        "description": thing.description,
        "labels": dict(thing.labels),
        "client_id": thing.client_id,
        "registration_count": count,
        "dcr_provider": {"id": provider_id} if provider_id else None,
        "portal": {"id": thing.portal_id},
        "auth_strategy": short_strategy(of_strategy) if of_strategy else _gone(thing),
        "granted_scopes": None,
        "owner": {"type": thing.owner_type, "id": thing.owner_id},
    }


def _gone(thing: Application) -> Row:
    """What an application shows of a strategy that was deleted."""
    return {"id": thing.strategy_id, "name": "", "credential_type": "client_credentials", "auth_methods": []}


def credential(thing: Application) -> Row:
    """The one credential of an application at an identity provider that keeps one secret a client; never the secret."""
    return {"type": "client_secret", "id": thing.client_id, "client_id": thing.client_id, "created_at": thing.created_at}


def registration(org: Organization, thing: Registration) -> Row:
    """A registration, for an admin."""
    of_api, of_application = org.find(Api, thing.api_id), org.find(Application, thing.application_id)
    api_row = {"id": thing.api_id, "name": of_api.name if of_api else "", "version": of_api.version if of_api else None}
    return {
        **stamped(thing),
        "status": thing.status,
        "api": {**api_row, "entity_type": "api"},
        "application": {"id": thing.application_id, "name": of_application.name if of_application else ""},
    }


def api_registration(org: Organization, thing: Registration) -> Row:
    """A registration, in the list of an API."""
    of_portal, of_application = org.get(Portal, thing.portal_id), org.get(Application, thing.application_id)
    owner = {"type": of_application.owner_type, "id": of_application.owner_id}
    return {
        "id": thing.id,
        "status": thing.status,
        "portal": {"id": of_portal.id, "name": of_portal.name},
        "application": {"id": of_application.id, "name": of_application.name, "owner": owner},
    }
