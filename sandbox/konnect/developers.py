"""Developers of a portal, for an admin. Source: docs/vendors/konnect.md, Developers."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateDeveloper, UpdateDeveloper
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import EXACT, Field, Listing, of, page, sortable, text
from sandbox.konnect.mail import invite
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, not_found
from sandbox.konnect.removal import delete_clients, forget_application
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Developer, Portal, Team

LISTING: Listing[Developer] = Listing(
    {**text("email", "status"), "name": Field(of("full_name"))},
    {**sortable("created_at", "updated_at", "email", "status"), "name": of("full_name")},
)
TEAM_LISTING: Listing[Team] = Listing(text("can_own_applications", operators=EXACT), {})


@dataclass(frozen=True, slots=True)
class Developers:
    """Handlers of `/v3/portals/{portalId}/developers`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v3/portals/{portal}/developers", "/v3/portals/{portal}/developers/{developer}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403 404"),
            operation("POST", all_of_them, self.create, "400 401 403 409"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("GET", one + "/teams", self.teams, "401 403 404"),
        ]

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            found = [one for one in org.all(Developer) if one.portal_id == portal.id]
            return page(call, found, LISTING, answers.developer, self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.developer(self._developer(call)))

    def create(self, call: Call) -> Answer:
        """No password can be set here: the developer has to, by mail."""
        body, org = call.body(CreateDeveloper), self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            if any(one.email == body.email and one.portal_id == portal.id for one in org.all(Developer)):
                raise conflict("Developer with the given email already exists")
            status = body.status or ("approved" if portal.auto_approve_developers else "pending")
            made = Developer(org.new_id(), portal_id=portal.id, email=body.email, full_name=body.full_name, status=status)
            org.add(made)
            if body.send_invitation_email:
                invite(org, made)
            return Answer(201, answers.developer(made))

    def update(self, call: Call) -> Answer:
        body = call.body(UpdateDeveloper)
        with self.service.org.lock:
            found = self._developer(call)
            found.status = body.status or found.status
            found.touch()
            return Answer(body=answers.developer(found))

    def delete(self, call: Call) -> Answer:
        """Takes the developer's applications along, and their clients at the identity provider."""
        org = self.service.org
        with org.lock:
            found = self._developer(call)
            owned = [one for one in org.all(Application) if (one.owner_type, one.owner_id) == ("developer", found.id)]
            for application in owned:
                forget_application(self.service, application)
            for team in org.all(Team):
                team.developer_ids = [one for one in team.developer_ids if one != found.id]
            org.drop(found)
        delete_clients(self.service, owned)
        return Answer(204)

    def teams(self, call: Call) -> Answer:
        with self.service.org.lock:
            developer = self._developer(call)
            found = [one for one in self.service.org.all(Team) if developer.id in one.developer_ids]
            return page(call, found, TEAM_LISTING, answers.team, self.service.readings)

    def _developer(self, call: Call) -> Developer:
        org = self.service.org
        portal = org.get(Portal, call.id("portal"))
        found = org.get(Developer, call.id("developer"))
        if found.portal_id != portal.id:
            raise not_found()
        return found
