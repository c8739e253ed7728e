"""Publications: which portal shows an API, and how applications get in. Source: docs/vendors/konnect.md, Publications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.konnect import catalogue_answers as answers
from sandbox.konnect.bodies import PublicationBody
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import ID, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import missing_reference, not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Portal, Publication, Strategy


@dataclass(frozen=True, slots=True)
class Publications:
    """Handlers of `/v3/apis/{apiId}/publications/{portalId}` and the lists."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        one = "/v3/apis/{api}/publications/{portal}"
        return [
            operation("GET", one, self.get, "401 403 404"),
            operation("PUT", one, self.publish, "400 401 403 404"),
            operation("DELETE", one, self.unpublish, "401 403 404"),
            operation("GET", "/v3/api-publications", self.list_all, "400 401 403 404"),
            operation("GET", "/v3/portals/{portal}/api-publications", self.list_of_portal, "400 401 403 404"),
        ]

    def publish(self, call: Call) -> Answer:
        """Idempotent. Left out, `auth_strategy_ids` means the portal's default; null means none."""
        body, org = call.body(PublicationBody), self.service.org
        with org.lock:
            api, portal = org.get(Api, call.id("api")), org.get(Portal, call.id("portal"))
            strategy_ids = self._strategies(body, portal)
            before = self.service.publication(api.id, portal.id)
            kept = before if before and not self.service.knobs.forgets_publications else Publication(org.new_id())
            kept.api_id, kept.portal_id, kept.strategy_ids = api.id, portal.id, strategy_ids
            kept.auto_approve = bool(body.auto_approve_registrations)
            kept.visibility = body.visibility or "private"
            kept.touch()
            if not self.service.knobs.forgets_publications:
                org.add(kept)
                self.service.push_configuration()
            return Answer(int(self.service.readings["konnect.publication-status"]), answers.publication(kept))

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.publication(self._published(call)))

    def unpublish(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.org.drop(self._published(call))
            self.service.push_configuration()
            return Answer(204)

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            fields = {**self._fields(), **text("portal_id", operators=ID), "portal_name": Field(self._name_of(Portal, "portal_id"))}
            listing = self._listing(fields, "portal_id", "portal_name")
            return page(call, org.all(Publication), listing, answers.listed_publication, self.service.readings)

    def list_of_portal(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            found = [one for one in org.all(Publication) if one.portal_id == portal.id]
            return page(call, found, self._listing(self._fields()), answers.portal_publication, self.service.readings)

    def _strategies(self, body: PublicationBody, portal: Portal) -> list[str] | None:
        if "auth_strategy_ids" not in body.model_fields_set:
            return [portal.default_strategy_id] if portal.default_strategy_id else None
        for number, strategy_id in enumerate(body.auth_strategy_ids or []):
            if self.service.org.find(Strategy, strategy_id) is None:
                raise missing_reference(f"auth_strategy_ids.{number}", "auth strategy")
        return body.auth_strategy_ids

    def _published(self, call: Call) -> Publication:
        org = self.service.org
        found = self.service.publication(org.get(Api, call.id("api")).id, org.get(Portal, call.id("portal")).id)
        if found is None:
            raise not_found()
        return found

    def _fields(self) -> dict[str, Field[Publication]]:
        return {
            **text("api_id", operators=ID),
            "api_name": Field(self._name_of(Api, "api_id")),
            "auth_strategy_id": Field(lambda one: one.strategy_ids or [], ID),
            "entity_type": Field(lambda _one: "api"),
        }

    def _listing(self, fields: Mapping[str, Field[Publication]], *more: str) -> Listing[Publication]:
        named = {name: fields[name].tell for name in (*more, "api_id", "api_name")}
        return Listing(fields, {**named, **sortable("created_at", "updated_at")})

    def _name_of(self, kind: type[Api] | type[Portal], id_field: str) -> Callable[[Publication], Any]:
        return lambda one: self.service.org.get(kind, getattr(one, id_field)).name
