"""Konnect's platform API over HTTP: `/v2` and `/v3` on one host."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette

from sandbox.konnect.apis import Apis
from sandbox.konnect.applications import Applications
from sandbox.konnect.calls import Call
from sandbox.konnect.control_planes import ControlPlanes
from sandbox.konnect.developers import Developers
from sandbox.konnect.identity import Identity
from sandbox.konnect.operations import Operation, routes, unrouted
from sandbox.konnect.portals import Portals
from sandbox.konnect.problems import forbidden, unauthorized
from sandbox.konnect.providers import Providers
from sandbox.konnect.publications import Publications
from sandbox.konnect.registrations import Registrations
from sandbox.konnect.service import KonnectService
from sandbox.konnect.strategies import Strategies
from sandbox.konnect.teams import Teams


def create_app(service: KonnectService) -> Starlette:
    """The application; what it serves stands in the tables of its parts, a line an operation."""

    def guard(call: Call) -> None:
        _require_token(service, call)
        if service.knobs.denies(call.method, call.path):
            raise forbidden()
        _lag(service, call)

    return Starlette(routes=routes(operations(service), service.readings, guard), exception_handlers=unrouted(service.readings))


def operations(service: KonnectService) -> list[Operation]:
    """Everything that is served."""
    parts = (
        Providers(service),
        Strategies(service),
        ControlPlanes(service),
        Portals(service),
        Developers(service),
        Teams(service),
        Applications(service),
        Registrations(service),
        Apis(service),
        Publications(service),
        Identity(service),
    )
    return [one for part in parts for one in part.operations()]


def _require_token(service: KonnectService, call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    known = [good for good in service.org.tokens if hmac.compare_digest(good.encode(), token.encode())]
    if scheme.lower() != "bearer" or not known:
        raise unauthorized(service.readings)


def _lag(service: KonnectService, call: Call) -> None:
    """Rights on a new object lag, counted in requests that name it (docs/vendors/konnect.md, Roles)."""
    with service.org.lock:
        for thing_id, left in list(service.org.fresh.items()):
            if thing_id in call.path or thing_id.encode() in call.content:
                service.org.fresh[thing_id] = left - 1
                if left <= 1:
                    del service.org.fresh[thing_id]
                raise forbidden()
