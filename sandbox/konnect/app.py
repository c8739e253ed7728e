"""Konnect's platform API over HTTP: `/v2` and `/v3` on one host."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.konnect.applications import Applications
from sandbox.konnect.calls import Call, Handler, endpoint
from sandbox.konnect.catalogue import Catalogue
from sandbox.konnect.people import People
from sandbox.konnect.problems import Problem, forbidden, method_not_allowed, not_found, unauthorized
from sandbox.konnect.providers import Providers
from sandbox.konnect.service import KonnectService
from sandbox.konnect.strategies import Strategies

Table = list[tuple[str, str, Handler]]


def create_app(service: KonnectService) -> Starlette:
    """The application; what it serves stands in the tables below, a line an operation."""

    def guard(call: Call) -> None:
        _require_token(service, call)
        if any(f"{call.method} {call.path}".startswith(denied) for denied in service.knobs.denied):
            raise forbidden()
        _lag(service, call)

    return Starlette(routes=routes(_table(service), service.readings, guard), exception_handlers=unrouted(service.readings))


def routes(table: Table, readings: Mapping[str, str], guard: Callable[[Call], None]) -> list[Route]:
    """Routes of a table."""
    return [Route(path, endpoint(handler, readings, guard), methods=[method]) for method, path, handler in table]


def _table(service: KonnectService) -> Table:
    providers, strategies, catalogue = Providers(service), Strategies(service), Catalogue(service)
    people, applications = People(service), Applications(service)
    one_provider, one_strategy = "/v2/dcr-providers/{provider}", "/v2/application-auth-strategies/{strategy}"
    portal, api, plane = "/v3/portals/{portal}", "/v3/apis/{api}", "/v2/control-planes/{control_plane}"
    application = portal + "/applications/{application}"
    registration = application + "/registrations/{registration}"
    return [
        ("GET", "/v2/dcr-providers", providers.list),
        ("POST", "/v2/dcr-providers", providers.create),
        ("GET", one_provider, providers.get),
        ("PATCH", one_provider, providers.update),
        ("DELETE", one_provider, providers.delete),
        ("POST", one_provider + "/verify", providers.verify),
        ("GET", "/v2/application-auth-strategies", strategies.list),
        ("POST", "/v2/application-auth-strategies", strategies.create),
        ("GET", one_strategy, strategies.get),
        ("PUT", one_strategy, strategies.replace),
        ("PATCH", one_strategy, strategies.update),
        ("DELETE", one_strategy, strategies.delete),
        ("GET", plane + "/expected-config-hash", catalogue.control_plane_hash),
        ("GET", plane + "/core-entities/services", catalogue.services),
        ("GET", plane + "/core-entities/routes", catalogue.routes),
        ("GET", "/v3/portals", catalogue.portals),
        ("GET", portal, catalogue.portal),
        ("GET", portal + "/authentication-settings", catalogue.authentication_settings),
        ("GET", portal + "/api-publications", catalogue.portal_publications),
        ("GET", portal + "/developers", people.developers),
        ("POST", portal + "/developers", people.create_developer),
        ("GET", portal + "/developers/{developer}", people.developer),
        ("PATCH", portal + "/developers/{developer}", people.update_developer),
        ("GET", portal + "/teams", people.teams),
        ("GET", portal + "/teams/{team}/developers", people.team_developers),
        ("GET", portal + "/applications", applications.list),
        ("POST", portal + "/applications", applications.create),
        ("GET", application, applications.get),
        ("PATCH", application, applications.update),
        ("DELETE", application, applications.delete),
        ("GET", application + "/credentials", applications.credentials),
        ("GET", portal + "/application-registrations", applications.registrations),
        ("GET", application + "/registrations", applications.registrations),
        ("POST", application + "/registrations", applications.register),
        ("GET", registration, applications.registration),
        ("PATCH", registration, applications.update_registration),
        ("DELETE", registration, applications.delete_registration),
        ("GET", "/v3/apis", catalogue.apis),
        ("GET", api, catalogue.api),
        ("GET", api + "/registrations", applications.api_registrations),
        ("GET", api + "/implementations/{implementation}", catalogue.implementation),
        ("GET", api + "/publications/{portal}", catalogue.publication),
        ("PUT", api + "/publications/{portal}", catalogue.publish),
        ("DELETE", api + "/publications/{portal}", catalogue.unpublish),
        ("GET", "/v3/api-publications", catalogue.publications),
        ("GET", "/v3/api-implementations", catalogue.implementations),
    ]


def _require_token(service: KonnectService, call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    known = [good for good in service.org.tokens if hmac.compare_digest(good, token)]
    if scheme.lower() != "bearer" or not known:
        raise unauthorized(service.readings)


def _lag(service: KonnectService, call: Call) -> None:
    """Rights on a new object lag, counted in requests that name it (reference/konnect.md section 8)."""
    with service.org.lock:
        for thing_id, left in list(service.org.fresh.items()):
            if thing_id in call.path or thing_id.encode() in call.content:
                service.org.fresh[thing_id] = left - 1
                if left <= 1:
                    del service.org.fresh[thing_id]
                raise forbidden()


def unrouted(readings: Mapping[str, str]) -> dict[Any, Any]:
    """Answers for paths and methods that are not served."""

    def answer(problem: Problem) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def respond(_request: Request, _error: Exception) -> Response:
            return problem.response(readings)

        return respond

    return {404: answer(not_found()), 405: answer(method_not_allowed())}
