"""An onboarding that runs at a Prefect server: asked for so that asking again is safe, and followed to its end.

Prefect's client does not say whether the run that it returns is new. So every command labels the run it asks for with a name of its own: a
run that was there before carries the label of whoever asked first.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import typer
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_URL

from cli.context import progress
from cli.prefect_client import address, prefect_server, refusals_in_words
from dcr.errors import Problem, Problems, Unknown
from dcr.model.tenant import Tenant

DEPLOYMENT = "onboard tenant/onboard"
POLL_SECONDS = 2.0
LABEL = "dcr.asked-by"


def idempotency_key(tenant: Tenant, request_id: str, take: Sequence[str] = ()) -> str:
    """Names a request: the same tenant, asked for in the same way by the same request, is started once however often it is sent."""
    specification = json.dumps(parameters(tenant, sorted({*take})), sort_keys=True, ensure_ascii=False)
    return f"{tenant.slug}-{hashlib.sha256(specification.encode()).hexdigest()[:16]}-{request_id}"


def parameters(tenant: Tenant, take: Sequence[str]) -> dict[str, Any]:
    """Of the flow."""
    return {"tenant": tenant.model_dump(mode="json"), "take": [*take]}


def run_at_server(tenant: Tenant, request_id: str, take: Sequence[str] = (), *, wait: bool) -> bool:
    """Ask for a run, say which it is, and wait for its end if that is wanted; false: it has ended, and did not complete.

    Args:
        take: paths of what belongs to others and may be taken over.

    Raises:
        Problems: no server is named.
        Missing: the server has no such deployment.
        Refused: it finds fault with the parameters; its words name the field.
    """
    if not PREFECT_API_URL.value():
        fault = Problem("PREFECT_API_URL", "is not set", "Set it to the server's address, https://prefect.example/api.")
        raise Problems("settings", [fault])
    with prefect_server() as server:
        run, new = start(server, tenant, request_id, take)
        _tell(server, run, new=new)
        final = run.state if run.state and run.state.is_final() else None
        if wait and not final:
            final = _waited(server, run)
    return final is None or final.is_completed()


def start(server: SyncPrefectClient, tenant: Tenant, request_id: str, take: Sequence[str] = ()) -> tuple[FlowRun, bool]:
    """The run of this request, and whether it is new.

    Raises:
        Unknown: the answer was lost; names the request, so that it can be repeated.
    """
    ours = str(uuid.uuid4())
    deployment = server.read_deployment_by_name(DEPLOYMENT)
    try:
        with refusals_in_words():
            run = server.create_flow_run_from_deployment(
                deployment.id,
                parameters=parameters(tenant, take),
                idempotency_key=idempotency_key(tenant, request_id, take),
                labels={LABEL: ours},
            )
    except Unknown as error:
        raise Unknown(error.where, error.problem, f"It may have started a run: ask again with --request-id {request_id}.") from None
    return run, run.labels.get(LABEL) == ours


def _tell(server: SyncPrefectClient, run: FlowRun, *, new: bool) -> None:
    """Say which run it is; of one that was there before also how it stands."""
    typer.echo(run.id)
    progress(f"{'started' if new else 'exists'}: {run.name}, {_page(server, run)}")
    if new or run.state is None or not run.state.is_final():
        return
    progress(_shown(run.state))
    if not run.state.is_completed():
        progress(f"It exists and failed: retry it there, or by `prefect flow-run retry {run.id}`. Another --request-id starts a new run.")


def _page(server: SyncPrefectClient, run: FlowRun) -> str:
    """Where people see it; Prefect's own `url_for` names the page of its old dashboard."""
    return f"{address(server).removesuffix('/api')}/v2/runs/flow-run/{run.id}"


def _waited(server: SyncPrefectClient, run: FlowRun) -> State:
    shown = ""
    while True:
        state = server.read_flow_run(run.id).state
        if state and state.name != shown:
            shown = state.name or ""
            progress(_shown(state))
        if state and state.is_final():
            return state
        time.sleep(POLL_SECONDS)


def _shown(state: State) -> str:
    return f"{state.name}: {state.message}" if state.message else str(state.name)
