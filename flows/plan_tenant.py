"""What onboarding a tenant would change; nothing is written."""

from dataclasses import replace

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dcr.engine.permission import Mandate
from dcr.model.tenant import Tenant
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run, request_of_run
from tasks.preflight import preflight_of
from tasks.reporting import publish_plan


@flow(name="plan tenant", flow_run_name="plan-{tenant.slug}")
def plan_tenant(tenant: Tenant, take: list[str] = []) -> State[None]:  # noqa: B006 - Prefect shows and sends literal defaults only
    """Show every change that onboarding would make, in order, with conflicts and what it does to others.

    Args:
        tenant: One portal, its APIs, its applications, who owns them, who asked and why. No secrets.
        take: Paths of what belongs to others and may be taken over, as a plan shows them beside a conflict. None: nothing.
    """
    platform = accept(tenant)
    label_run(platform, tenant)
    ctx = replace(context_of(platform, tenant), request=request_of_run())
    plan = preflight_of(ctx).plan(ctx.platform, tenant, Mandate(take=frozenset(take)))
    publish_plan(plan)
    if plan.problems:
        return Failed(name="Problems", message=plan.summary())
    return Completed(name="Changes" if plan.changes else "No changes", message=plan.summary())
