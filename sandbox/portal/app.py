"""The Dev Portal's API for developers over HTTP, for one portal on its own host."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.konnect.app import Table, routes, unrouted
from sandbox.konnect.calls import Call
from sandbox.konnect.problems import forbidden
from sandbox.konnect.service import KonnectService
from sandbox.portal.applications import MyApplications
from sandbox.portal.catalogue import PortalCatalogue
from sandbox.portal.session import Session


def create_app(service: KonnectService, portal_id: str) -> Starlette:
    """The application; who may call what is decided by each handler, since some are open to everyone."""

    def guard(call: Call) -> None:
        if any(f"{call.method} {call.path}".startswith(denied) for denied in service.knobs.denied):
            raise forbidden()

    return Starlette(routes=routes(_table(service, portal_id), service.readings, guard), exception_handlers=unrouted(service.readings))


def _table(service: KonnectService, portal_id: str) -> Table:
    session = Session(service, portal_id)
    mine, catalogue = MyApplications(service, session), PortalCatalogue(service, session)
    base, application = "/api/v3", "/api/v3/applications/{application}"
    return [
        ("POST", base + "/developer/authenticate", session.log_in),
        ("POST", base + "/developer/refresh", session.refresh),
        ("POST", base + "/developer/logout", session.log_out),
        ("GET", base + "/developer/me", session.me),
        ("GET", base + "/developer/teams", catalogue.teams),
        ("GET", base + "/apis", catalogue.apis),
        ("GET", base + "/apis/{api}", catalogue.api),
        ("GET", base + "/apis/{api}/actions", catalogue.actions),
        ("GET", base + "/application-auth-strategies", catalogue.strategies),
        ("GET", base + "/applications", mine.list),
        ("POST", base + "/applications", mine.create),
        ("GET", application, mine.get),
        ("PATCH", application, mine.update),
        ("DELETE", application, mine.delete),
        ("POST", application + "/regenerate-secret", mine.regenerate),
        ("GET", application + "/credentials", mine.credentials),
        ("GET", application + "/registrations", mine.registrations),
        ("POST", application + "/registrations", mine.register),
        ("GET", application + "/registrations/{registration}", mine.registration),
        ("DELETE", application + "/registrations/{registration}", mine.unregister),
    ]
