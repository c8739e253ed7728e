"""Portals, APIs, publications, implementations and the gateway's configuration as Konnect prints them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sandbox.konnect.answers import Row, stamped
from sandbox.konnect.state import Api, ControlPlane, Implementation, Organization, Portal, Publication, Route, Service, seconds

SYNC_ERROR = {"control_plane_error": "control_plane_error_plugin_conflict", "message": "The auth plugin could not be installed"}
AUTHENTICATION_SETTINGS = (
    "basic_auth_enabled",
    "oidc_auth_enabled",
    "saml_auth_enabled",
    "oidc_team_mapping_enabled",
    "konnect_mapping_enabled",
    "idp_mapping_enabled",
)


def domain(thing: Portal, readings: Mapping[str, str]) -> str:
    """The portal's bare host name; its form changed with the generations (docs/vendors/konnect.md, Portals)."""
    if readings["konnect.canonical-domain"] == "portal.konghq.com":
        return f"{thing.id.replace('-', '')[:12]}.eu.portal.konghq.com"
    return f"{thing.id.replace('-', '')[:12]}.eu.kongportals.com"


def portal(thing: Portal, readings: Mapping[str, str]) -> Row:
    """A portal."""
    return {
        **stamped(thing),
        "name": thing.name,
        "display_name": thing.display_name,
        "description": thing.description,
        "authentication_enabled": thing.authentication_enabled,
        "rbac_enabled": thing.rbac_enabled,
        "sipr_enabled": thing.sipr_enabled,
        "default_api_visibility": thing.default_api_visibility,
        "default_page_visibility": thing.default_page_visibility,
        "default_application_auth_strategy_id": thing.default_strategy_id,
        "auto_approve_developers": thing.auto_approve_developers,
        "auto_approve_applications": thing.auto_approve_applications,
        "default_domain": domain(thing, readings),
        "canonical_domain": domain(thing, readings),
        "labels": dict(thing.labels),
    }


def authentication_settings(thing: Portal) -> Row:
    """How developers log in."""
    return {name: thing.authentication.get(name, False) for name in AUTHENTICATION_SETTINGS}


def api(org: Organization, thing: Api) -> Row:
    """An API with the portals it is published to."""
    portals = [org.get(Portal, one.portal_id) for one in org.all(Publication) if one.api_id == thing.id]
    return {
        **stamped(thing),
        "name": thing.name,
        "version": thing.version,
        "description": thing.description,
        "current_version_summary": None,
        "slug": thing.slug,
        "api_spec_ids": [],
        "portals": [{"id": one.id, "name": one.name, "display_name": one.display_name} for one in portals],
        "labels": dict(thing.labels),
        "attributes": dict(thing.attributes),
    }


def implementation(thing: Implementation, *, broken: bool) -> Row:
    """A link to a gateway service; the sync error is there only if there is one."""
    service: Row = {"control_plane_id": thing.control_plane_id, "id": thing.service_id}
    return {**stamped(thing), "service": service | ({"auth_strategy_sync_error": SYNC_ERROR} if broken else {})}


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


def control_plane(thing: ControlPlane) -> Row:
    """A control plane with the addresses of its data planes."""
    host = f"{thing.id[:10].replace('-', '')}.eu"
    config = {
        "control_plane_endpoint": f"https://{host}.cp0.konghq.com",
        "telemetry_endpoint": f"https://{host}.tp0.konghq.com",
        "cluster_type": "CLUSTER_TYPE_CONTROL_PLANE",
        "auth_type": "pinned_client_certs",
        "cloud_gateway": False,
        "proxy_urls": [],
    }
    return {**stamped(thing), "name": thing.name, "description": thing.description, "labels": dict(thing.labels), "config": config}


def config_hash(thing: ControlPlane) -> str:
    """Changes with each change of the configuration that data planes get."""
    return hashlib.sha256(f"{thing.id} {thing.revision}".encode()).hexdigest()[:32]


def service(thing: Service) -> Row:
    """A gateway service."""
    return {
        "id": thing.id,
        "name": thing.name,
        "host": thing.host,
        "port": 443,
        "protocol": "https",
        "retries": 5,
        "connect_timeout": 60000,
        "read_timeout": 60000,
        "write_timeout": 60000,
        "enabled": True,
        "tags": [],
        "created_at": seconds(thing.created_at),
        "updated_at": seconds(thing.updated_at),
    }


def route(thing: Route) -> Row:
    """A gateway route; one for all methods names none, and it need not have a name."""
    row = {
        "id": thing.id,
        "protocols": list(thing.protocols),
        "strip_path": True,
        "https_redirect_status_code": 426,
        "service": {"id": thing.service_id},
        "tags": [],
        "created_at": seconds(thing.created_at),
        "updated_at": seconds(thing.updated_at),
    }
    rules = {"paths": thing.paths, "methods": thing.methods, "hosts": thing.hosts}
    row |= {name: list(values) for name, values in rules.items() if values}
    return row | ({"name": thing.name} if thing.name else {})
