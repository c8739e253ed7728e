"""How a run is found in the dashboard: by tenant and platform, as tags, and by name."""

from __future__ import annotations

from prefect import get_client
from prefect.context import FlowRunContext

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant


def label_run(platform: Platform, tenant: Tenant | None) -> str:
    """Tag this flow run with its tenant and platform.

    Returns:
        the run's name, as it may stand in a lock record and a report.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return "no run"
    flow_run = context.flow_run
    wanted = {*flow_run.tags, f"platform:{platform.name}", *([f"tenant:{tenant.slug}"] if tenant else [])}
    if wanted != set(flow_run.tags):
        with get_client(sync_client=True) as client:
            client.update_flow_run(flow_run.id, tags=sorted(wanted))
    return f"{flow_run.name} ({flow_run.id})"
