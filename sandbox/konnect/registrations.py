"""Registrations of applications for APIs, for an admin. Source: docs/vendors/konnect.md, Admin registrations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.applications import application_of
from sandbox.konnect.bodies import CreateRegistration, UpdateRegistration
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import ID, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Application, Portal, Registration

OF_APPLICATION: Listing[Registration] = Listing(text("status"), sortable("created_at", "updated_at", "status"))


@dataclass(frozen=True, slots=True)
class Registrations:
    """Handlers of `/v3/portals/{portalId}/…registrations` and `/v3/apis/{apiId}/registrations`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        portal = "/v3/portals/{portal}"
        all_of_them = portal + "/applications/{application}/registrations"
        one = all_of_them + "/{registration}"
        return [
            operation("GET", portal + "/application-registrations", self.list_of_portal, "400 401 403 404"),
            operation("GET", all_of_them, self.list_all, "400 401 403 404"),
            operation("POST", all_of_them, self.create, "400 401 403 404 409"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("GET", "/v3/apis/{api}/registrations", self.list_of_api, "401 403 404"),
        ]

    def create(self, call: Call) -> Answer:
        body, org = call.body(CreateRegistration), self.service.org
        with org.lock:
            made = new_registration(self.service, application_of(self.service, call), body.api_id, body.status)
            return Answer(201, answers.registration(org, made))

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            application = application_of(self.service, call)
            found = [one for one in org.all(Registration) if one.application_id == application.id]
            return page(call, found, OF_APPLICATION, lambda one: answers.registration(org, one), self.service.readings)

    def list_of_portal(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            found = [one for one in org.all(Registration) if one.portal_id == portal.id]
            developer = Field(self._owner("developer"), ID)
            fields = {**text("status"), "developer_id": developer, "application_name": Field(self._application_name())}
            listing = Listing(fields, {**sortable("created_at", "updated_at", "status"), "developer_id": developer.tell})
            return page(call, found, listing, lambda one: answers.registration(org, one), self.service.readings)

    def list_of_api(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            api = org.get(Api, call.id("api"))
            found = [one for one in org.all(Registration) if one.api_id == api.id]
            fields = {
                **text("status"),
                **text("portal_id", "application_id", operators=ID),
                "portal_name": Field(lambda one: org.get(Portal, one.portal_id).name),
                "application_name": Field(self._application_name()),
                "application_owner_type": Field(lambda one: org.get(Application, one.application_id).owner_type),
                "application_owner_id": Field(self._owner(None), ID),
            }
            return page(call, found, Listing(fields, {}), lambda one: answers.api_registration(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.registration(self.service.org, self._registration(call)))

    def update(self, call: Call) -> Answer:
        """Approve, revoke, reject."""
        body = call.body(UpdateRegistration)
        with self.service.org.lock:
            found = self._registration(call)
            if body.status and body.status != found.status:
                before, found.status = found.status, body.status
                self.service.push_registration(found, before)
            found.touch()
            return Answer(body=answers.registration(self.service.org, found))

    def delete(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.delete_registration(self._registration(call))
            return Answer(204)

    def _registration(self, call: Call) -> Registration:
        application = application_of(self.service, call)
        found = self.service.org.get(Registration, call.id("registration"))
        if found.application_id != application.id:
            raise not_found()
        return found

    def _application_name(self) -> Callable[[Registration], str]:
        return lambda one: self.service.org.get(Application, one.application_id).name

    def _owner(self, kind: str | None) -> Callable[[Registration], str | None]:
        def tell(one: Registration) -> str | None:
            owner = self.service.org.get(Application, one.application_id)
            return owner.owner_id if kind in (None, owner.owner_type) else None

        return tell


def new_registration(service: KonnectService, application: Application, api_id: str, status: str | None) -> Registration:
    """Register an application for an API that is published to its portal.

    Approved at once if the portal approves all, or the publication does, unless an admin asks for a status.

    Raises:
        Problem: 409 where it is registered already, 404 where the API is not published there.
    """
    org = service.org
    api, publication = org.get(Api, api_id), service.publication(api_id, application.portal_id)
    if publication is None:
        raise not_found()
    if any((one.application_id, one.api_id) == (application.id, api.id) for one in org.all(Registration)):
        raise conflict("API is already registered to the application")
    automatic = org.get(Portal, application.portal_id).auto_approve_applications or publication.auto_approve
    made = Registration(org.new_id(), portal_id=application.portal_id, application_id=application.id, api_id=api.id)
    made.status = status or ("approved" if automatic else "pending")
    service.push_registration(made)
    return org.add(made)
