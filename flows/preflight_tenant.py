"""Whether everything a tenant needs is there, and may be used; nothing is written."""

from dataclasses import replace

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.model.tenant import Tenant
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run, request_of_run
from tasks.preflight import preflight_of
from tasks.reporting import publish_plan


@flow(name="preflight tenant", flow_run_name="preflight-{tenant.slug}")
def preflight_tenant(tenant: Tenant) -> State[None]:
    """Name everything that people have to fix before the tenant can be onboarded, in one list.

    Args:
        tenant: One portal, its APIs, its applications, who owns them, who asked and why. No secrets.
    """
    platform = accept(tenant)
    label_run(platform, tenant)
    ctx = replace(context_of(platform, tenant), request=request_of_run())
    plan = preflight_of(ctx).plan(ctx.platform, tenant)
    publish_plan(plan)
    if plan.problems:
        return Failed(name="Problems", message=plan.summary())
    return Completed(message="Everything is there.")
