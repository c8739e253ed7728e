"""Developers and teams of a portal, for an admin. Source: reference/konnect.md section 7."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateDeveloper, UpdateDeveloper
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import conflict, not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Developer, Portal, Team

DEVELOPER_FIELDS = {name: of(name) for name in ("id", "email", "full_name", "status", "created_at", "updated_at")}
TEAM_FIELDS = {name: of(name) for name in ("id", "name")}


@dataclass(frozen=True, slots=True)
class People:
    """Handlers of `/v3/portals/{portalId}/developers` and `/teams`."""

    service: KonnectService

    def developers(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            rows = [answers.developer(one) for one in org.all(Developer) if one.portal_id == portal.id]
        return page(call, rows, DEVELOPER_FIELDS, self.service.readings)

    def developer(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.developer(self._developer(call)))

    def create_developer(self, call: Call) -> Answer:
        """No password can be set here: the developer has to, by mail."""
        body, org = call.body(CreateDeveloper), self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            if any(one.email == body.email and one.portal_id == portal.id for one in org.all(Developer)):
                raise conflict("Developer with the given email already exists")
            made = Developer(org.new_id(), portal_id=portal.id, email=body.email, full_name=body.full_name, status=body.status or "pending")
            org.add(made)
            return Answer(201, answers.developer(made))

    def update_developer(self, call: Call) -> Answer:
        body = call.body(UpdateDeveloper)
        with self.service.org.lock:
            found = self._developer(call)
            found.status = body.status or found.status
            found.touch()
            return Answer(body=answers.developer(found))

    def teams(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            rows = [answers.team(one) for one in org.all(Team) if one.portal_id == portal.id]
        return page(call, rows, TEAM_FIELDS, self.service.readings)

    def team_developers(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            team = org.get(Team, call.id("team"))
            if team.portal_id != org.get(Portal, call.id("portal")).id:
                raise not_found()
            members = [org.find(Developer, one) for one in team.developer_ids]
            rows = [{"id": one.id, "email": one.email, "full_name": one.full_name} for one in members if one]
        return page(call, rows, {"id": of("id"), "email": of("email")}, self.service.readings)

    def _developer(self, call: Call) -> Developer:
        org = self.service.org
        found = org.get(Developer, call.id("developer"))
        if found.portal_id != org.get(Portal, call.id("portal")).id:
            raise not_found("Developer not found")
        return found
