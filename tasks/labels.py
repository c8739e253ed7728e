"""How a run is found in the dashboard: by tenant and platform, as tags, and by name."""

from __future__ import annotations

from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext

from dcr.model.platform import Platform
from dcr.model.request import Request, request_now, request_of
from dcr.model.tenant import Tenant

NO_RUN = "no run"


def label_run(platform: Platform, tenant: Tenant | None) -> str:
    """Tag this flow run with its tenant and platform.

    Returns:
        the run's name, as it may stand in a lock record and a report.
    """
    flow_run = _flow_run()
    if flow_run is None:
        return NO_RUN
    wanted = {*flow_run.tags, f"platform:{platform.name}", *([f"tenant:{tenant.slug}"] if tenant else [])}
    if wanted != set(flow_run.tags):
        with get_client(sync_client=True) as client:
            client.update_flow_run(flow_run.id, tags=sorted(wanted))
    return _named(flow_run)


def request_of_run() -> Request:
    """When the server was asked for this flow run. A Retry, a restart and a resumption are the same request."""
    flow_run = _flow_run()
    if flow_run is None or flow_run.created is None:
        return request_now(NO_RUN)
    return request_of(_named(flow_run), str(flow_run.id), flow_run.created)


def _flow_run() -> FlowRun | None:
    context = FlowRunContext.get()
    return context.flow_run if context else None


def _named(flow_run: FlowRun) -> str:
    return f"{flow_run.name} ({flow_run.id})"
