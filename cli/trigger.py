"""`dcr trigger`."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Annotated

import typer

from cli.context import progress
from cli.options import PlatformFile, TenantFile
from cli.prefect_api import FlowRun, PrefectApi, Started, State, connected, idempotency_key
from dcr.documents.loading import load_platform_and_tenant, load_tenant
from dcr.errors import Problem, Problems
from dcr.model.tenant import Tenant
from dcr.secret import Secret

FLOW, DEPLOYMENT = "onboard tenant", "onboard"
POLL_SECONDS = 2.0
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the run's end, tell its states, and end as it did.")]
RequestId = Annotated[
    str | None,
    typer.Option("--request-id", metavar="ID", help="Name of this request: repeating it finds the same run. Default: a new one."),
]


def trigger(tenant_file: TenantFile, platform: PlatformFile = None, wait: Wait = False, request_id: RequestId = None) -> None:
    """Start an onboarding at a Prefect server, as its API's users do.

    The server is the one of PREFECT_API_URL, with PREFECT_API_AUTH_STRING if it asks for a login. The request is named by the tenant, the
    digest of its specification, and the request id: sending it again with the same id starts nothing new, and what a busy server drops is
    sent again. With a platform's file its platform's policy are checked first; the run checks them in any case.

    \b
    Examples:
      dcr trigger examples/tenants/acme.yaml --wait
      dcr trigger examples/tenants/acme.yaml --request-id ACME-1042

    Exit codes: 0 started (with --wait: completed), 1 not started, or the run failed, 64 wrong usage.
    """
    tenant = _tenant(tenant_file, platform)
    with connected(_url(), _login(), time.sleep) as api:
        key = idempotency_key(tenant, request_id or str(uuid.uuid4()))
        started = api.start(api.deployment(FLOW, DEPLOYMENT), tenant, key)
        final = _tell(api, started)
        if wait and not final:
            final = _waited(api, started.run)
    if final and final.type != "COMPLETED":
        raise typer.Exit(1)


def _tenant(tenant_file: Path, platform_file: Path | None) -> Tenant:
    return load_platform_and_tenant(platform_file, tenant_file)[1] if platform_file else load_tenant(tenant_file)


def _url() -> str:
    url = os.environ.get("PREFECT_API_URL", "")
    if not url.startswith(("http://", "https://")):
        raise Problems(
            "settings", [Problem("PREFECT_API_URL", "is not set", "Set it to the server's address, https://prefect.example/api.")]
        )
    return url


def _login() -> Secret | None:
    given = os.environ.get("PREFECT_API_AUTH_STRING")
    return Secret(given) if given else None


def _tell(api: PrefectApi, started: Started) -> State | None:
    """Say which run it is; for one that was there before also how it stands. Returns its state if that is final."""
    run, state = started.run, started.run.state
    typer.echo(run.id)
    progress(f"{'started' if started.new else 'exists'}: {run.name}, {api.page(run)}")
    if started.new or state is None or not state.final:
        return None
    progress(_ended(state))
    if state.type != "COMPLETED":
        progress(f"It exists and failed: retry it there, or by `prefect flow-run retry {run.id}`. Another --request-id starts a new run.")
    return state


def _waited(api: PrefectApi, run: FlowRun) -> State:
    told = ""
    while True:
        state = api.run(run.id).state
        if state and state.name != told:
            told = state.name
            progress(_ended(state))
        if state and state.final:
            return state
        time.sleep(POLL_SECONDS)


def _ended(state: State) -> str:
    return f"{state.name}: {state.message}" if state.message else state.name
