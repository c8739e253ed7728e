"""`dcr trigger`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer

from cli.options import PlatformFile, Take, TenantFile
from cli.prefect_environment import prefect_environment
from dcr.documents.loading import load_platform_and_tenant, load_tenant
from dcr.model.tenant import Tenant

Wait = Annotated[bool, typer.Option("--wait", help="Wait for the run's end, tell its states, and end as it did.")]
RequestId = Annotated[
    str | None,
    typer.Option("--request-id", metavar="ID", help="Name of this request: repeating it finds the same run. Default: a new one."),
]


def trigger(
    tenant_file: TenantFile, platform: PlatformFile = None, wait: Wait = False, request_id: RequestId = None, take: Take = None
) -> None:
    """Start an onboarding at a Prefect server, as its API's users do.

    The server is the one of PREFECT_API_URL, with PREFECT_API_AUTH_STRING if it asks for a login. The request is named by the tenant, the
    digest of its specification and of what it may take over (--take), and the request id: sending it again with the same id starts nothing
    new, and what a busy server drops is sent again. With a platform's file that platform's policy is checked first; the run checks them in
    any case.

    \b
    Examples:
      dcr trigger examples/tenants/acme.yaml --wait
      dcr trigger examples/tenants/acme.yaml --request-id ACME-1042

    Exit codes: 0 started (with --wait: completed), 1 not started, or the run failed, 64 wrong usage.
    """
    tenant = _tenant(tenant_file, platform)
    with prefect_environment():
        from cli.requested_run import run_at_server  # not before: Prefect reads its settings when it is imported

        if not run_at_server(tenant, request_id or str(uuid.uuid4()), take or (), wait=wait):
            raise typer.Exit(1)


def _tenant(tenant_file: Path, platform_file: Path | None) -> Tenant:
    return load_platform_and_tenant(platform_file, tenant_file)[1] if platform_file else load_tenant(tenant_file)
