"""Control planes, services, routes, and whether data planes are in step. Source: docs/vendors/konnect.md, Gateway configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from sandbox.konnect import catalogue_answers as answers
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import EXACT, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import gateway_json, not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import ControlPlane, Route, Service, seconds

LISTING: Listing[ControlPlane] = Listing(
    {
        **text("id", operators=("eq", "oeq")),
        **text("name", operators=("eq", "contains", "neq")),
        "cluster_type": Field(lambda _one: "CLUSTER_TYPE_CONTROL_PLANE", ("eq", "neq", "oeq")),
        "cloud_gateway": Field(lambda _one: False, EXACT),
    },
    sortable("created_at"),
)
GATEWAY_VERSION = "3.14.0.0"
PAGE_DEFAULT, PAGE_LARGEST = 100, 1000
Entity = TypeVar("Entity", Service, Route)


@dataclass(frozen=True, slots=True)
class ControlPlanes:
    """Handlers of `/v2/control-planes`, and of the gateway configuration below, which has manners of its own."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v2/control-planes", "/v2/control-planes/{control_plane}"
        entities = one + "/core-entities"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403 500 503"),
            operation("GET", one, self.get, "400 401 403 404 500 503"),
            operation("GET", one + "/expected-config-hash", self.config_hash, "", gateway_json),
            operation("GET", one + "/nodes", self.nodes, "", gateway_json),
            operation("GET", entities + "/services", self.services, "401", gateway_json),
            operation("GET", entities + "/services/{entity}", self.one_service, "401 404", gateway_json),
            operation("GET", entities + "/services/{entity}/routes", self.routes_of_service, "", gateway_json),
            operation("GET", entities + "/routes", self.routes, "401", gateway_json),
            operation("GET", entities + "/routes/{entity}", self.one_route, "401 404", gateway_json),
        ]

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return page(call, org.all(ControlPlane), LISTING, answers.control_plane, self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.control_plane(self._plane(call)))

    def config_hash(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self._plane(call)
            stamps = {"created_at": seconds(found.created_at), "updated_at": seconds(found.updated_at)}
            return Answer(body={"expected_hash": answers.config_hash(found), **stamps})

    def nodes(self, call: Call) -> Answer:
        """One data plane, in step."""
        with self.service.org.lock:
            found = self._plane(call)
        node = {
            "id": str(uuid5(NAMESPACE_URL, found.id)),
            "version": GATEWAY_VERSION,
            "hostname": "data-plane-1",
            "last_ping": seconds(found.updated_at),
            "type": "kong-proxy",
            "created_at": seconds(found.created_at),
            "updated_at": seconds(found.updated_at),
            "config_hash": answers.config_hash(found),
            "compatibility_status": {"state": "COMPATIBILITY_STATE_FULLY_COMPATIBLE"},
        }
        return Answer(body={"items": [node], "page": {"total_count": 1}})

    def services(self, call: Call) -> Answer:
        with self.service.org.lock:
            return _entities(call, self._services(call), answers.service)

    def one_service(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.service(_named(call, self._services(call))))

    def routes(self, call: Call) -> Answer:
        with self.service.org.lock:
            return _entities(call, self._routes(call), answers.route)

    def one_route(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.route(_named(call, self._routes(call))))

    def routes_of_service(self, call: Call) -> Answer:
        with self.service.org.lock:
            of_service = _named(call, self._services(call))
            found = [one for one in self._routes(call) if one.service_id == of_service.id]
            return _entities(call, found, answers.route)

    def _plane(self, call: Call) -> ControlPlane:
        return self.service.org.get(ControlPlane, call.id("control_plane"))

    def _services(self, call: Call) -> list[Service]:
        plane = self._plane(call)
        return [one for one in self.service.org.all(Service) if one.control_plane_id == plane.id]

    def _routes(self, call: Call) -> list[Route]:
        served = {one.id for one in self._services(call)}
        return [one for one in self.service.org.all(Route) if one.service_id in served]


def _named(call: Call, things: Sequence[Entity]) -> Entity:
    wanted = call.path_params["entity"]
    for one in things:
        if wanted in (one.id, one.name):
            return one
    raise not_found()


def _entities(call: Call, things: Sequence[Entity], show: Callable[[Entity], dict[str, Any]]) -> Answer:
    """A list in the gateway's way: `size` and `offset`, `filter[name]` and `tags`. Nothing here is tagged."""
    query = dict(call.query)
    kept = [one for one in things if _passes(one, query)]
    size = _number(query.get("size"), 1, PAGE_LARGEST, PAGE_DEFAULT)
    begin = _number(query.get("offset"), 0, len(kept), 0)
    body: dict[str, Any] = {"data": [show(one) for one in kept[begin : begin + size]]}
    if begin + size < len(kept):
        body |= {"next": f"{call.path}?offset={begin + size}&size={size}", "offset": str(begin + size)}
    return Answer(body=body)


def _passes(one: Entity, query: dict[str, str]) -> bool:
    wanted = query.get("filter[name][eq]", one.name)
    return not query.get("tags") and one.name == wanted and query.get("filter[name][contains]", "") in one.name


def _number(given: str | None, least: int, largest: int, default: int) -> int:
    """A number of the query; its document lists no 400, so one out of bounds counts for nothing."""
    return int(given) if given and re.fullmatch(r"[0-9]{1,9}", given) and least <= int(given) <= largest else default
