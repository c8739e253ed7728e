"""What a portal shows: itself, its APIs, the auth strategies one may choose. Source: reference/konnect.md section 6."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Publication, Strategy, Team
from sandbox.portal import answers
from sandbox.portal.session import Session


@dataclass(frozen=True, slots=True)
class PortalCatalogue:
    """Handlers of `/api/v3/apis…`, strategies and teams."""

    service: KonnectService
    session: Session

    def apis(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            rows = [answers.api(org, org.get(Api, one.api_id), one) for one in self._published(call)]
        fields = {name: of(name) for name in ("id", "name", "version", "description", "created_at", "updated_at")}
        return page(call, rows, fields, self.service.readings)

    def api(self, call: Call) -> Answer:
        with self.service.org.lock:
            api, publication = self._one(call)
            return Answer(body=answers.api(self.service.org, api, publication))

    def actions(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.session.developer(call)
            _, publication = self._one(call)
            return Answer(body={"actions": {"view": True, "register": bool(publication.strategy_ids), "view_documentation": True}})

    def strategies(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            self.session.developer(call)
            ids = {one for publication in self._published(call) for one in publication.strategy_ids or []}
            found = [org.find(Strategy, one) for one in sorted(ids)]
            rows = [answers.strategy(one) for one in found if one]
        return page(call, rows, {"name": of("name"), "credential_type": of("credential_type")}, self.service.readings)

    def teams(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            developer = self.session.developer(call)
            mine = [one for one in org.all(Team) if developer.id in one.developer_ids]
            rows = [{"id": one.id, "name": one.name, "created_at": one.created_at, "updated_at": one.updated_at} for one in mine]
        return page(call, rows, {"name": of("name")}, self.service.readings)

    def _published(self, call: Call) -> list[Publication]:
        found = [one for one in self.service.org.all(Publication) if one.portal_id == self.session.portal_id]
        if all(one.visibility == "public" for one in found):
            return found
        self.session.developer(call)
        return found

    def _one(self, call: Call) -> tuple[Api, Publication]:
        wanted = call.path_params["api"]
        for publication in self._published(call):
            api = self.service.org.get(Api, publication.api_id)
            if wanted in (api.id, api.slug):
                return api, publication
        raise not_found("API not found")
