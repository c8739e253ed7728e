"""Teams of a portal, for an admin. Source: docs/vendors/konnect.md, APIs, Portals."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import EXACT, Field, Listing, page, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Developer, Portal, Team

LISTING: Listing[Team] = Listing({**text("name"), **text("can_own_applications", operators=EXACT)}, {})
MEMBERS: Listing[Developer] = Listing(
    {**text("email", "full_name"), "active": Field(lambda one: one.status == "approved", EXACT), "attributes": Field(lambda _one: "")}, {}
)


@dataclass(frozen=True, slots=True)
class Teams:
    """Handlers of `/v3/portals/{portalId}/teams`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v3/portals/{portal}/teams", "/v3/portals/{portal}/teams/{team}"
        return [
            operation("GET", all_of_them, self.list_all, "401 403 404"),
            operation("GET", one, self.get, "401 403 404"),
            operation("GET", one + "/developers", self.members, "401 403 404"),
        ]

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            found = [one for one in org.all(Team) if one.portal_id == portal.id]
            return page(call, found, LISTING, answers.team, self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.team(self._team(call)))

    def members(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = [one for one in map(self._member, self._team(call).developer_ids) if one]
            return page(call, found, MEMBERS, answers.team_member, self.service.readings)

    def _member(self, developer_id: str) -> Developer | None:
        return self.service.org.find(Developer, developer_id)

    def _team(self, call: Call) -> Team:
        org = self.service.org
        portal = org.get(Portal, call.id("portal"))
        found = org.get(Team, call.id("team"))
        if found.portal_id != portal.id:
            raise not_found()
        return found
