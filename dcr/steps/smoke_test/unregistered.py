"""Proof that the gateway minds registrations: good credentials of an application get in nowhere that it is not registered for.

Nothing else shows it, since every other request that must be refused lacks good credentials. Where the tenant has an API that the
application does not use, the smoke test asks that one each time. Where it uses them all, there is one moment: just before it is registered.

Source: docs/vendors/konnect.md, Decision order (step 7).
"""

from __future__ import annotations

from dcr.errors import DcrError
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import until
from dcr.model.tenant import ApiSpec, ApplicationSpec, RegistrationApproval
from dcr.results.changes import Stage
from dcr.results.report import Claim
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.gateway_findings import let_in, unregistered
from dcr.vault import paths


def api_without_registration(ctx: StepContext, application: ApplicationSpec) -> ApiSpec | None:
    """One of the tenant's APIs that the application has no business at, if there is one."""
    tenant = ctx.the_tenant()
    allowed = {api.label for api in tenant.apis_of(application)}
    return next((api for api in tenant.apis if api.label not in allowed), None)


def before_registration(ctx: StepContext, application: ApplicationSpec, api: ApiSpec) -> tuple[Claim, ...]:
    """Ask at an API with an application's good credentials before it is registered there.

    Returns:
        no claim where the gateway's answer would show nothing: it is open as yet, or has not heard of the application. The smoke test
        tells of that, and waits no longer for it than this does.
    """
    if api_without_registration(ctx, application) or _waits_for_a_person(ctx):  # the smoke test can ask
        return ()
    credentials = _credentials(ctx, application)
    try:
        in_force = credentials and _asked(ctx, api, None).status == 401
        answer = _asked(ctx, api, credentials.authorization()) if credentials and in_force else None
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


def _asked(ctx: StepContext, api: ApiSpec, authorization: Secret | None) -> GatewayAnswer:
    """Without credentials: until they are asked for. With them: until the client is known."""

    def settled(answer: GatewayAnswer) -> bool:
        return (answer.status == 401) is (authorization is None)

    return until(
        lambda: ctx.gateway.call(api.method.value, api.path, authorization),
        settled,
        deadline_seconds=ctx.platform.deadlines.propagation_seconds,
        poll_seconds=ctx.platform.deadlines.poll_seconds,
        clock=ctx.clock,
    )
