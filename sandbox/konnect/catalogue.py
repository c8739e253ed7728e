"""Portals, APIs, implementations, publications, control planes. Source: reference/konnect.md section 4."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.konnect import answers, bodies
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import invalid, not_found, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, ControlPlane, Implementation, Portal, Publication, Route, Service, Strategy

PORTAL_FIELDS = {
    name: of(name)
    for name in (
        "id",
        "name",
        "description",
        "authentication_enabled",
        "rbac_enabled",
        "default_api_visibility",
        "default_page_visibility",
        "default_application_auth_strategy_id",
        "auto_approve_developers",
        "auto_approve_applications",
        "default_domain",
        "canonical_domain",
    )
}
API_FIELDS = {name: of(name) for name in ("id", "name", "version", "created_at", "updated_at")}
IMPLEMENTATION_FIELDS = {
    "id": of("id"),
    "api_id": of("api_id"),
    "service_id": lambda row: row["service"]["id"],
    "control_plane_id": lambda row: row["service"]["control_plane_id"],
    "created_at": of("created_at"),
    "updated_at": of("updated_at"),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Handlers of `/v3/portals`, `/v3/apis` and what lies between them."""

    service: KonnectService

    def portals(self, call: Call) -> Answer:
        with self.service.org.lock:
            rows = [answers.portal(one) for one in self.service.org.all(Portal) if not one.foreign]
        return page(call, rows, PORTAL_FIELDS, self.service.readings)

    def portal(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.portal(self.service.org.get(Portal, call.id("portal"))))

    def authentication_settings(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self.service.org.get(Portal, call.id("portal"))
        settings = {"basic_auth_enabled": found.basic_auth_enabled, "oidc_auth_enabled": False, "oidc_team_mapping_enabled": False}
        return Answer(body={**settings, "saml_auth_enabled": False, "konnect_mapping_enabled": False, "idp_mapping_enabled": False})

    def apis(self, call: Call) -> Answer:
        with self.service.org.lock:
            rows = [answers.api(self.service.org, one) for one in self.service.org.all(Api) if not one.foreign]
        return page(call, rows, API_FIELDS, self.service.readings)

    def api(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.api(self.service.org, self.service.org.get(Api, call.id("api"))))

    def implementations(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            rows = [answers.implementation(one) for one in org.all(Implementation) if not one.foreign]
        return page(call, rows, IMPLEMENTATION_FIELDS, self.service.readings)

    def implementation(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            found = org.get(Implementation, call.id("implementation"))
            if found.api_id != org.get(Api, call.id("api")).id:
                raise not_found()
            row = answers.implementation(found)
        return Answer(body={name: value for name, value in row.items() if name != "api_id"})

    def publish(self, call: Call) -> Answer:
        """Idempotent. Left out, `auth_strategy_ids` means the portal's default; null means none."""
        body, org = call.body(bodies.Publication), self.service.org
        with org.lock:
            api, portal = org.get(Api, call.id("api")), org.get(Portal, call.id("portal"))
            found = self.service.publication(api.id, portal.id)
            thing = found or Publication(org.new_id(), api_id=api.id, portal_id=portal.id)
            thing.strategy_ids = self._strategies(body, portal)
            thing.auto_approve = bool(body.auto_approve_registrations)
            thing.visibility = body.visibility or "private"
            thing.touch()
            if not self.service.knobs.forgets_publications:
                org.add(thing)
            return Answer(int(self.service.readings["konnect.publication-status"]), answers.publication(thing))

    def _strategies(self, body: bodies.Publication, portal: Portal) -> list[str] | None:
        if "auth_strategy_ids" not in body.model_fields_set:
            return [portal.default_strategy_id] if portal.default_strategy_id else None
        wanted = [str(one) for one in body.auth_strategy_ids or []]
        for number, strategy_id in enumerate(wanted):
            found = self.service.org.find(Strategy, strategy_id)
            if found is None or found.foreign:
                raise invalid(parameter(f"auth_strategy_ids.{number}", "auth strategy not found", "missing_reference"))
        return wanted or None

    def publication(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.publication(self._published(call)))

    def unpublish(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.org.drop(self._published(call))
            return Answer(204)

    def _published(self, call: Call) -> Publication:
        org = self.service.org
        found = self.service.publication(org.get(Api, call.id("api")).id, org.get(Portal, call.id("portal")).id)
        if found is None:
            raise not_found("Publication not found")
        return found

    def publications(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            rows = [answers.listed_publication(one) for one in org.all(Publication) if not one.foreign]
            named = {"portal_id": of("portal_id"), "portal_name": lambda row: org.get(Portal, row["portal_id"]).name}
            return page(call, rows, self._publication_fields() | named, self.service.readings)

    def portal_publications(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            rows = [answers.portal_publication(one) for one in org.all(Publication) if one.portal_id == portal.id]
            return page(call, rows, self._publication_fields(), self.service.readings)

    def _publication_fields(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        return {
            "api_id": of("api_id"),
            "entity_type": of("entity_type"),
            "api_name": lambda row: self.service.org.get(Api, row["api_id"]).name,
            "auth_strategy_id": lambda row: row["auth_strategy_ids"] or [],
        }

    def control_plane_hash(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self.service.org.get(ControlPlane, call.id("control_plane"))
            digest = hashlib.sha256(f"{found.id} {found.revision}".encode()).hexdigest()[:32]
            return Answer(body={"expected_hash": digest, "created_at": found.created_at, "updated_at": found.updated_at})

    def services(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            plane = org.get(ControlPlane, call.id("control_plane"))
            rows = [_service(one) for one in org.all(Service) if one.control_plane_id == plane.id]
        return Answer(body={"data": rows, "next": None})

    def routes(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            plane = org.get(ControlPlane, call.id("control_plane"))
            served = {one.id for one in org.all(Service) if one.control_plane_id == plane.id}
            rows = [_route(one) for one in org.all(Route) if one.service_id in served]
        return Answer(body={"data": rows, "next": None})


def _service(thing: Service) -> dict[str, Any]:
    return {"id": thing.id, "name": thing.name, "host": thing.host, "port": 443, "protocol": "https", "enabled": True}


def _route(thing: Route) -> dict[str, Any]:
    shown = {"id": thing.id, "name": thing.name, "paths": list(thing.paths), "protocols": list(thing.protocols)}
    return {**shown, "strip_path": True, "service": {"id": thing.service_id}}
