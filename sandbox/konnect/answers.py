"""Objects as Konnect and the Dev Portal print them. A secret that was sent never comes back."""

from __future__ import annotations

from typing import Any

from sandbox.konnect.state import (
    Api,
    Application,
    Developer,
    Implementation,
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


def _stamped(thing: Thing) -> Row:
    return {"id": thing.id, "created_at": thing.created_at, "updated_at": thing.updated_at}


def provider(org: Organization, thing: Provider) -> Row:
    """A DCR provider; an absent display name is left out, never null (SOURCES.md quirk 5)."""
    active = any(strategy.provider_id == thing.id for strategy in org.all(Strategy))
    config = {"initial_client_id": thing.client_id} if thing.provider_type == "curity" else {}
    row = {**_stamped(thing), "name": thing.name, "provider_type": thing.provider_type, "issuer": thing.issuer, "active": active}
    row |= {"dcr_config": config, "labels": dict(thing.labels)}
    return row | ({"display_name": thing.display_name} if thing.display_name else {})


def strategy(org: Organization, thing: Strategy) -> Row:
    """An auth strategy with its provider in short."""
    of_provider = org.find(Provider, thing.provider_id)
    short = None
    if of_provider:
        short = {"id": of_provider.id, "name": of_provider.name, "provider_type": of_provider.provider_type}
        short |= {"display_name": of_provider.display_name} if of_provider.display_name else {}
    active = any(thing.id in (publication.strategy_ids or []) for publication in org.all(Publication))
    return {
        **_stamped(thing),
        "name": thing.name,
        "display_name": thing.display_name,
        "strategy_type": "openid_connect",
        "configs": {"openid-connect": thing.configs},
        "active": active,
        "dcr_provider": short,
        "labels": dict(thing.labels),
        "supports_multiple_credentials": False,
        "principals": {"enabled": thing.principals},
    }


def portal(thing: Portal) -> Row:
    """A portal; its domain is a bare host name."""
    return {
        **_stamped(thing),
        "name": thing.name,
        "display_name": thing.display_name,
        "description": thing.description,
        "authentication_enabled": thing.authentication_enabled,
        "rbac_enabled": thing.rbac_enabled,
        "sipr_enabled": False,
        "default_api_visibility": "private",
        "default_page_visibility": "private",
        "default_application_auth_strategy_id": thing.default_strategy_id,
        "auto_approve_developers": thing.auto_approve_developers,
        "auto_approve_applications": thing.auto_approve_applications,
        "default_domain": thing.canonical_domain,
        "canonical_domain": thing.canonical_domain,
        "labels": dict(thing.labels),
    }


def api(org: Organization, thing: Api) -> Row:
    """An API with the portals it is published to."""
    published = [org.find(Portal, one.portal_id) for one in org.all(Publication) if one.api_id == thing.id]
    portals = [{"id": one.id, "name": one.name, "display_name": one.display_name} for one in published if one]
    return {
        **_stamped(thing),
        "name": thing.name,
        "version": thing.version,
        "description": thing.description,
        "current_version_summary": None,
        "slug": thing.slug,
        "api_spec_ids": [],
        "portals": portals,
        "labels": dict(thing.labels),
        "attributes": {},
    }


def implementation(thing: Implementation) -> Row:
    """A link to a gateway service; the sync error is there only if there is one."""
    service: Row = {"control_plane_id": thing.control_plane_id, "id": thing.service_id}
    if thing.sync_error:
        service["auth_strategy_sync_error"] = thing.sync_error
    return {**_stamped(thing), "api_id": thing.api_id, "service": service}


def publication(thing: Publication) -> Row:
    """A publication, as its own path answers it."""
    return {
        "auth_strategy_ids": thing.strategy_ids,
        "auto_approve_registrations": thing.auto_approve,
        "visibility": thing.visibility,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
    }


def listed_publication(thing: Publication) -> Row:
    """A publication, as the list over all of them answers it."""
    return {**publication(thing), "api_id": thing.api_id, "portal_id": thing.portal_id, "entity_type": "api"}


def portal_publication(thing: Publication) -> Row:
    """A publication, as the list of one portal answers it: with its portals in the plural."""
    return {**publication(thing), "api_id": thing.api_id, "portal_ids": [thing.portal_id], "entity_type": "api"}


def developer(thing: Developer) -> Row:
    """A developer, for an admin."""
    return {**_stamped(thing), "email": thing.email, "full_name": thing.full_name, "status": thing.status}


def team(thing: Team) -> Row:
    """A team of a portal."""
    return {**_stamped(thing), "name": thing.name, "description": thing.description, "can_own_applications": True}


def short_strategy(thing: Strategy) -> Row:
    """A strategy, as applications show it: whether it is DCR stands in the credential type (reference/konnect.md section 6)."""
    kind = "client_credentials" if thing.provider_id else "self_managed_client_credentials"
    return {"id": thing.id, "name": thing.display_name, "credential_type": kind, "auth_methods": thing.configs["auth_methods"]}


def application(org: Organization, thing: Application) -> Row:
    """An application, for an admin: without any secret, and without a redirect URI."""
    of_strategy = org.find(Strategy, thing.strategy_id)
    provider_id = of_strategy.provider_id if of_strategy else None
    count = sum(one.application_id == thing.id for one in org.all(Registration))
    return {
        **_stamped(thing),
        "name": thing.name,
        "description": thing.description,
        "labels": dict(thing.labels),
        "client_id": thing.client_id,
        "registration_count": count,
        "dcr_provider": {"id": provider_id} if provider_id else None,
        "portal": {"id": thing.portal_id},
        "auth_strategy": short_strategy(of_strategy) if of_strategy else None,
        "granted_scopes": None,
        "owner": {"type": thing.owner_type, "id": thing.owner_id},
    }


def registration(org: Organization, thing: Registration) -> Row:
    """A registration, for an admin."""
    of_api, of_application = org.find(Api, thing.api_id), org.find(Application, thing.application_id)
    return {
        **_stamped(thing),
        "status": thing.status,
        "api": {
            "id": thing.api_id,
            "name": of_api.name if of_api else "",
            "version": of_api.version if of_api else None,
            "entity_type": "api",
        },
        "application": {"id": thing.application_id, "name": of_application.name if of_application else ""},
    }


def api_registration(org: Organization, thing: Registration) -> Row:
    """A registration, in the list of an API."""
    of_portal, of_application = org.find(Portal, thing.portal_id), org.find(Application, thing.application_id)
    owner = {"type": of_application.owner_type, "id": of_application.owner_id} if of_application else {}
    return {
        "id": thing.id,
        "status": thing.status,
        "portal": {"id": thing.portal_id, "name": of_portal.name if of_portal else ""},
        "application": {"id": thing.application_id, "name": of_application.name if of_application else "", "owner": owner},
    }
