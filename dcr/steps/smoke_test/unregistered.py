"""Proof that the gateway minds registrations: good credentials of an application get in nowhere that it is not registered for.

Nothing else shows it, since every other request that must be refused lacks good credentials. Where the tenant has an API that the
application does not use, the smoke test asks that one each time. Where it uses them all, there is one moment: just before it is registered.

Source: reference/konnect.md section 5, decision order, step 7.
"""

from __future__ import annotations

from dcr.errors import DcrError
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import until
from dcr.model.tenant import ApiSpec, ApplicationSpec, RegistrationApproval
from dcr.results.changes import Stage
from dcr.results.outcome import Facts
from dcr.results.report import Claim
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import Run
from dcr.steps.smoke_test.gateway_findings import let_in, unregistered
from dcr.vault import paths

SEPARATOR = ", "


def also_registered(name: str) -> str:
    """Name of the fact that lists the tenant's APIs for which somebody else registered an application."""
    return f"application.{name}.also_registered"


def api_without_registration(run: Run, facts: Facts, application: ApplicationSpec) -> ApiSpec | None:
    """One of the tenant's APIs that the application has no business at, if there is one."""
    tenant = run.the_tenant()
    others = facts.get(also_registered(application.name), "").split(SEPARATOR)
    allowed = {api.label for api in tenant.apis_of(application)} | set(others)
    return next((api for api in tenant.apis if api.label not in allowed), None)


def before_registration(run: Run, facts: Facts, application: ApplicationSpec, api: ApiSpec) -> tuple[Claim, ...]:
    """Ask at an API with an application's good credentials before it is registered there.

    Returns:
        no claim where the gateway's answer would show nothing: it is open as yet, or has not heard of the application. The smoke test
        tells of that, and waits no longer for it than this does.
    """
    if api_without_registration(run, facts, application) or _waits_for_a_person(run):  # the smoke test can ask
        return ()
    credentials = _credentials(run, application)
    try:
        in_force = credentials and _asked(run, api, None).status == 401
        answer = _asked(run, api, credentials.authorization()) if credentials and in_force else None
    except DcrError:
        return ()
    if answer is None or not (answer.status == 403 or let_in(answer)):
        return ()
    what = f"before its registration {application.name} is refused at {api.method.value} {api.path}"
    verdict, detail = unregistered(answer)
    return (Claim(stage=Stage.APPLICATION, what=what, verdict=verdict, detail=detail, evidence=answer.evidence),)


def _waits_for_a_person(run: Run) -> bool:
    return run.the_tenant().registration_approval is RegistrationApproval.BY_PORTAL_ADMIN


def _credentials(run: Run, application: ApplicationSpec) -> BasicCredentials | None:
    found = run.systems.vault.read(paths.application(run.the_tenant().slug, application.name))
    if found is None or not {"client_id", "client_secret"} <= found.values.keys():
        return None
    return BasicCredentials(found.values["client_id"].get_secret_value(), found.values["client_secret"])


def _asked(run: Run, api: ApiSpec, authorization: Secret | None) -> GatewayAnswer:
    """Without credentials: until they are asked for. With them: until the client is known."""

    def settled(answer: GatewayAnswer) -> bool:
        return (answer.status == 401) is (authorization is None)

    return until(
        lambda: run.systems.gateway.call(api.method.value, api.path, authorization),
        settled,
        deadline_seconds=run.platform.deadlines.propagation_seconds,
        poll_seconds=run.platform.deadlines.poll_seconds,
        clock=run.systems.clock,
    )
