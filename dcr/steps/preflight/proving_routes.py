"""An API's proof goes to the API: its method and path are a route of the gateway service that the API is linked to.

The path is what somebody typed, and credentials go where it leads.

Source: docs/vendors/konnect.md, Routes, Roles.
"""

from __future__ import annotations

from dcr.errors import Missing, Problem, Refused
from dcr.konnect.portals import LinkedService
from dcr.konnect.routes import find_routes
from dcr.model.tenant import ApiSpec
from dcr.model.violations import shown
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.preflight.gateway_routes import request_of, takes, told


def routed(ctx: StepContext, number: int, api: ApiSpec, service: LinkedService) -> Outcome:
    """That the request takes one of the service's routes, as a fact; else why not, as a problem.

    Args:
        number: of the API in the tenant.
    """
    refusals: dict[str, Problem] = ctx.cached("control planes that do not show their routes", dict)
    if service.control_plane_id in refusals:  # a missing right is missing for its other services too
        return Outcome(problems=(refusals[service.control_plane_id],))
    try:
        routes = ctx.lasting(f"routes of {service.id}", lambda: find_routes(ctx.konnect, service.control_plane_id, service.id))
    except Refused as error:  # without a look at the routes, credentials could go to somebody else's
        problem = Problem(error.where, error.problem, error.remedy)
        if not isinstance(error, Missing):
            refusals[service.control_plane_id] = problem
        return Outcome(problems=(problem,))
    request = request_of(api, ctx.platform.gateway.url)
    if any(takes(request, route) for route in routes):
        return Outcome(Facts(routed=frozenset({api.label})))
    asked = f"{request.method} {shown(request.path)} at {request.scheme}://{request.host}"
    fault = f"{asked} is no route of the gateway service that {api.label} is linked to"
    there = f"Its routes: {told(routes)}. Write one of them" if routes else "It has no routes. Have one added on the control plane"
    return Outcome(problems=(Problem(f"tenant.apis[{number}].path", fault, f"{there}, or correct the platform's gateway.url."),))
