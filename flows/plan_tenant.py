"""What onboarding a tenant would change; nothing is written."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.model.tenant import Tenant
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run
from tasks.preflight import preflight_of
from tasks.reporting import publish_plan


@flow(name="plan tenant", flow_run_name="plan-{tenant.slug}")
def plan_tenant(tenant: Tenant) -> State[None]:
    """Show every change that onboarding would make, in order, with conflicts and what it does to others.

    Args:
        tenant: One portal, its APIs, its applications, who owns them, who asked and why. No secrets.
    """
    platform = accept(tenant)
    label_run(platform, tenant)
    ctx = context_of(platform, tenant)
    plan = preflight_of(ctx).plan(ctx.platform, tenant)
    publish_plan(plan)
    if plan.problems:
        return Failed(name="Problems", message=plan.summary())
    return Completed(name="Changes" if plan.changes else "No changes", message=plan.summary())
