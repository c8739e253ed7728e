"""The Dev Portal's API for developers over HTTP, for one portal on its own host."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.applications import Starlette

from sandbox.konnect.calls import Call
from sandbox.konnect.catalogue_answers import domain
from sandbox.konnect.operations import Operation, routes, unrouted
from sandbox.konnect.problems import forbidden
from sandbox.konnect.service import KonnectService
from sandbox.portal.access import MyAccess
from sandbox.portal.applications import MyApplications
from sandbox.portal.catalogue import PortalCatalogue
from sandbox.portal.session import Session
from sandbox.portal.sign_up import SigningUp


def create_app(service: KonnectService, portal_id: str) -> Starlette:
    """The application; who may call what is decided by each handler, since some are open to everyone."""
    session = Session(service, portal_id)

    def guard(call: Call) -> None:
        if service.knobs.denies(call.method, call.path) or not _same_origin(session, call):
            raise forbidden()

    return Starlette(routes=routes(operations(session), service.readings, guard), exception_handlers=unrouted(service.readings))


def operations(session: Session) -> list[Operation]:
    """Everything that is served."""
    mine = MyApplications(session.service, session)
    parts = (session, SigningUp(session), PortalCatalogue(session.service, session), mine, MyAccess(session.service, mine))
    return [one for part in parts for one in part.operations()]


def _same_origin(session: Session, call: Call) -> bool:
    """Whether a change comes from no page at all or the portal's own, if that is looked at (docs/vendors/konnect.md, Portal sign-in)."""
    readings, origin = session.service.readings, call.headers.get("origin")
    if readings["portal.origin-check"] == "none" or origin is None or call.method in ("GET", "HEAD"):
        return True
    return urlsplit(origin).netloc in (call.headers.get("host", ""), domain(session.portal, readings))
