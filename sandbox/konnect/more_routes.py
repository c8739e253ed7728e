"""Routes that a knob adds to the control plane: what others put there beside the initial world, with or without an API."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.konnect.knobs import MoreRoute
from sandbox.konnect.state import ControlPlane, Organization, Route, Service


def replace_more_routes(org: Organization, wanted: Sequence[MoreRoute]) -> None:
    """Take away what the knob added before, and add this."""
    with org.lock:
        for thing in org.more:
            org.drop(thing)
        org.more.clear()
        for one in wanted:
            route = Route(org.new_id(), name=one.name, service_id=_service(org, one.service).id)
            route.paths, route.methods, route.hosts, route.protocols = one.paths, one.methods, one.hosts, one.protocols
            org.more.append(org.add(route))


def _service(org: Organization, name: str) -> Service:
    found = next((one for one in org.all(Service) if one.name == name), None)
    if found is None:
        found = org.add(Service(org.new_id(), name=name, control_plane_id=org.all(ControlPlane)[0].id))
        org.more.append(found)
    return found
