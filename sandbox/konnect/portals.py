"""Portals. Source: docs/vendors/konnect.md, Portals."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect import catalogue_answers as answers
from sandbox.konnect.bodies import CreatePortal, UpdateAuthenticationSettings, UpdatePortal
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import EXACT, ID, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, forbidden, invalid, missing_reference, parameter
from sandbox.konnect.removal import delete_clients, forget_application
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Developer, Portal, Publication, Strategy, Team

PLAIN = (
    "name",
    "display_name",
    "authentication_enabled",
    "rbac_enabled",
    "sipr_enabled",
    "default_api_visibility",
    "default_page_visibility",
    "auto_approve_developers",
    "auto_approve_applications",
)
"""Members that are kept as they are sent."""
SWITCHES = ("authentication_enabled", "rbac_enabled", "auto_approve_developers", "auto_approve_applications")


@dataclass(frozen=True, slots=True)
class Portals:
    """Handlers of `/v3/portals`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v3/portals", "/v3/portals/{portal}"
        settings = one + "/authentication-settings"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403"),
            operation("POST", all_of_them, self.create, "400 401 403"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404 409"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("GET", settings, self.authentication_settings, "401"),
            operation("PATCH", settings, self.update_authentication_settings, "400 401 403"),
        ]

    def list_all(self, call: Call) -> Answer:
        org, readings = self.service.org, self.service.readings
        with org.lock:
            return page(call, org.all(Portal), self._listing(), lambda one: answers.portal(one, readings), readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.portal(self._portal(call), self.service.readings))

    def create(self, call: Call) -> Answer:
        """Names are unique; the document lists no 409 here."""
        body, org = call.body(CreatePortal), self.service.org
        with org.lock:
            if any(one.name == body.name for one in org.all(Portal)):
                raise invalid(parameter("name", "a portal of this name exists already"))
            made = self._filled(Portal(org.new_id(), display_name=body.name), body)
            org.add(made)
            self.service.remember_new(made.id)
            return Answer(201, answers.portal(made, self.service.readings))

    def update(self, call: Call) -> Answer:
        body, org = call.body(UpdatePortal), self.service.org
        with org.lock:
            thing = self._portal(call)
            if any(one.name == body.name and one is not thing for one in org.all(Portal)):
                raise conflict(f"Key (org_id, name)=({org.id}, {body.name}) already exists.")
            self._filled(thing, body).touch()
            return Answer(body=answers.portal(thing, self.service.readings))

    def delete(self, call: Call) -> Answer:
        """Without `force` only while no API is published to it; of the statuses that the document lists only 403 can mean that."""
        org = self.service.org
        with org.lock:
            thing = self._portal(call)
            published = [one for one in org.all(Publication) if one.portal_id == thing.id]
            if published and ("force", "true") not in call.query:
                raise forbidden("APIs are published to this portal")
            applications = [one for one in org.all(Application) if one.portal_id == thing.id]
            for application in applications:
                forget_application(self.service, application)
            people: list[Developer | Team] = [*org.all(Developer), *org.all(Team)]
            for gone in [*published, *(one for one in people if one.portal_id == thing.id), thing]:
                org.drop(gone)
            self.service.push_configuration()
        delete_clients(self.service, applications)
        return Answer(204)

    def authentication_settings(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.authentication_settings(self._portal(call)))

    def update_authentication_settings(self, call: Call) -> Answer:
        body = call.body(UpdateAuthenticationSettings)
        with self.service.org.lock:
            thing = self._portal(call)
            thing.authentication |= body.model_dump(include=set(answers.AUTHENTICATION_SETTINGS), exclude_unset=True)
            thing.touch()
            return Answer(body=answers.authentication_settings(thing))

    def _filled(self, thing: Portal, body: UpdatePortal) -> Portal:
        sent = body.model_dump(exclude_unset=True)
        strategy_id = sent.get("default_application_auth_strategy_id", thing.default_strategy_id)
        if strategy_id and self.service.org.find(Strategy, strategy_id) is None:
            raise missing_reference("default_application_auth_strategy_id", "auth strategy")
        if sent.get("rbac_enabled", thing.rbac_enabled) and not sent.get("authentication_enabled", thing.authentication_enabled):
            raise invalid(parameter("rbac_enabled", "needs authentication", "dependent_fields", dependents=["authentication_enabled"]))
        for name in PLAIN:
            if name in sent:
                setattr(thing, name, sent[name])
        thing.description = sent.get("description", thing.description)
        thing.default_strategy_id = strategy_id
        if "labels" in sent:
            thing.labels = self.service.patched_labels(thing.labels, body.labels)
        return thing

    def _listing(self) -> Listing[Portal]:
        domain: Field[Portal] = Field(lambda one: answers.domain(one, self.service.readings))
        fields = {
            **text("name", "description", "default_api_visibility", "default_page_visibility"),
            **text("id", operators=ID),
            **text(*SWITCHES, operators=EXACT),
            "default_application_auth_strategy_id": Field(lambda one: one.default_strategy_id, ID),
            "default_domain": domain,
            "canonical_domain": domain,
        }
        order = sortable("name", "description", *SWITCHES, "created_at", "updated_at")
        return Listing(fields, {**order, "default_domain": domain.tell, "canonical_domain": domain.tell})

    def _portal(self, call: Call) -> Portal:
        return self.service.org.get(Portal, call.id("portal"))
