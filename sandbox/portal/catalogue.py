"""What a portal shows: itself, its APIs, auth strategies, one's teams. Source: docs/vendors/konnect.md, Portal catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.catalogue_answers import domain
from sandbox.konnect.fields import is_uuid
from sandbox.konnect.listing import DATE, EXACT, ID, NO_FILTER, SHORT_TEXT, TEXT, Field, Listing, Tell, page
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Application, Developer, Publication, Strategy, Team
from sandbox.portal import answers
from sandbox.portal.session import Session

STRATEGIES: Listing[Strategy] = Listing(
    {
        "name": Field(lambda one: one.display_name, SHORT_TEXT),
        "credential_type": Field(lambda one: answers.strategy(one)["credential_type"], EXACT),
    },
    {},
)


@dataclass(frozen=True, slots=True)
class PortalCatalogue:
    """Handlers of `/api/v3/portal`, `/api/v3/apis…`, strategies and teams."""

    service: KonnectService
    session: Session

    def operations(self) -> list[Operation]:
        """Their table."""
        base, api, team = "/api/v3", "/api/v3/apis/{api}", "/api/v3/developer/teams/{team}"
        return [
            operation("GET", base + "/portal", self.portal, ""),
            operation("GET", base + "/apis", self.apis, "400 401"),
            operation("GET", api, self.api, "400 401 404"),
            operation("GET", api + "/actions", self.actions, "401 404 503"),
            operation("GET", base + "/application-auth-strategies", self.strategies, "400 401"),
            operation("GET", base + "/developer/teams", self.teams, "401"),
            operation("GET", team, self.team, "401 404"),
            operation("GET", team + "/developers", self.members, "401 404"),
        ]

    def portal(self, _call: Call) -> Answer:
        """How to log in, and where one is; open to everyone."""
        with self.service.org.lock:
            found = self.session.portal
            ways = {f"{way}_auth_enabled": found.authentication.get(f"{way}_auth_enabled", False) for way in ("basic", "oidc", "saml")}
            named = {"portal_id": found.id, "org_id": self.service.org.id, "name": found.name}
            flags = {"authentication_enabled": found.authentication_enabled, "rbac_enabled": found.rbac_enabled}
            return Answer(body={**named, **ways, **flags, "canonical_domain": domain(found, self.service.readings)})

    def apis(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return page(call, self._visible(call), self._listing(), lambda one: answers.api(org, one), self.service.readings)

    def api(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.api(self.service.org, self._one(call)))

    def actions(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.session.developer(call)
            open_to_all = {"view": True, "view_documentation": True}
            return Answer(body={"actions": {**open_to_all, "register": bool(self._one(call).strategy_ids)}})

    def strategies(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            self.session.developer(call)
            ids = {one for publication in self._visible(call) for one in publication.strategy_ids or []}
            found = [one for one in org.all(Strategy) if one.id in ids]
            return page(call, found, STRATEGIES, answers.strategy, self.service.readings)

    def teams(self, call: Call) -> Answer:
        with self.service.org.lock:
            return page(call, self._teams(call), NO_FILTER, answers.team, self.service.readings)

    def team(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.team(self._team(call)))

    def members(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            ids = self._team(call).developer_ids
            found = [one for one in org.all(Developer) if one.id in ids]
            return page(call, found, NO_FILTER, answers.developer, self.service.readings)

    def _teams(self, call: Call) -> list[Team]:
        developer = self.session.developer(call)
        return [one for one in self.service.org.all(Team) if developer.id in one.developer_ids]

    def _team(self, call: Call) -> Team:
        wanted = call.id("team")
        for one in self._teams(call):
            if one.id == wanted:
                return one
        raise not_found()

    def _visible(self, call: Call) -> list[Publication]:
        """Private APIs are for those who are logged in, where anybody can."""
        known = self.session.caller(call) is not None or not self.session.portal.authentication_enabled
        found = [one for one in self.service.org.all(Publication) if one.portal_id == self.session.portal_id]
        return [one for one in found if known or one.visibility == "public"]

    def _one(self, call: Call) -> Publication:
        wanted = call.path_params["api"]
        for publication in self._visible(call):
            api = self.service.org.get(Api, publication.api_id)
            if wanted == api.slug or (is_uuid(wanted) and wanted.lower() == api.id):
                return publication
        raise not_found()

    def _listing(self) -> Listing[Publication]:
        def of_api(name: str) -> Tell[Publication]:
            return lambda one: getattr(self.service.org.get(Api, one.api_id), name)

        operators = {"id": ID, "created_at": DATE, "updated_at": DATE}
        names = ("id", "name", "version", "description", "attributes", "created_at", "updated_at")
        fields = {name: Field(of_api(name), operators.get(name, TEXT)) for name in names}
        return Listing(fields, {name: of_api(name) for name in ("name", "version", "created_at", "updated_at")})


def owned(service: KonnectService, session: Session, developer: Developer, application: Application) -> bool:
    """Whether an application is the developer's, by oneself or by a team."""
    teams = [one.id for one in service.org.all(Team) if developer.id in one.developer_ids]
    return application.portal_id == session.portal_id and application.owner_id in (developer.id, *teams)
