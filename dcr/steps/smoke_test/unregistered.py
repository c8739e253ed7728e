"""Proof that the gateway minds registrations: good credentials of an application get in nowhere that it is not registered for.

Nothing else shows it, since every other request that must be refused lacks good credentials. Where the tenant has APIs that the
application does not use, the smoke test asks each of them each time, whatever registrations were found: what lives on from an earlier
specification is to be seen. Where it uses them all, there is one moment: just before it is registered.

Source: docs/vendors/konnect.md, Decision order (step 7).
"""

from __future__ import annotations

from dcr.errors import DcrError
from dcr.gateway.client import GatewayAnswer
from dcr.model.tenant import ApiSpec, ApplicationSpec, RegistrationApproval, Tenant
from dcr.results.changes import Stage
from dcr.results.report import Claim
from dcr.secret import BasicCredentials
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.closed_routes import ClosedRoutes
from dcr.steps.smoke_test.gateway_findings import is_closed, let_in, unregistered
from dcr.vault import paths


def apis_without_registration(tenant: Tenant, application: ApplicationSpec) -> tuple[ApiSpec, ...]:
    """The tenant's APIs that the application has no business at."""
    used = tenant.apis_of(application)
    return tuple(api for api in tenant.apis if api not in used)


def before_registration(ctx: StepContext, application: ApplicationSpec, api: ApiSpec) -> tuple[Claim, ...]:
    """Ask at an API with an application's good credentials before it is registered there.

    Returns:
        no claim where the gateway's answer would show nothing, or nothing may be sent: it is open as yet, or has not heard of the
        application. The smoke test tells of that, and waits no longer for it than this does.
    """
    if apis_without_registration(ctx.the_tenant(), application) or _waits_for_a_person(ctx):  # the smoke test can ask
        return ()
    credentials, routes, patience = _credentials(ctx, application), ClosedRoutes(ctx), ctx.platform.deadlines.propagation_seconds
    try:
        in_force = credentials and is_closed(routes.ask(api, None, is_closed, patience))
        answer = routes.ask(api, credentials.authorization(), _knows_the_client, patience) if credentials and in_force else None
    except DcrError:
        return ()
    if answer is None or not (answer.status == 403 or let_in(answer)):
        return ()
    what = f"before its registration {application.name} is refused at {api.method.value} {api.path}"
    verdict, detail = unregistered(answer)
    return (Claim(stage=Stage.APPLICATION, what=what, verdict=verdict, detail=detail, evidence=answer.evidence),)


def _waits_for_a_person(ctx: StepContext) -> bool:
    return ctx.the_tenant().registration_approval is RegistrationApproval.BY_PORTAL_ADMIN


def _credentials(ctx: StepContext, application: ApplicationSpec) -> BasicCredentials | None:
    found = ctx.vault.read(paths.application(ctx.the_tenant().slug, application.name))
    if found is None or not {"client_id", "client_secret"} <= found.values.keys():
        return None
    return BasicCredentials(found.values["client_id"].get_secret_value(), found.values["client_secret"])


def _knows_the_client(answer: GatewayAnswer) -> bool:
    return answer.status != 401
