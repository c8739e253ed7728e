"""`dcr onboard`."""

from __future__ import annotations

from dataclasses import replace as replace_in_run
from functools import partial
from typing import Annotated

import typer

from cli.approving import ask
from cli.context import label, output, run_for
from cli.flow_process import run_flow
from cli.options import AsJson, PlatformFile, ReadyFile, TenantFile
from dcr.engine.onboarding import Finished, InThisProcess
from dcr.engine.onboarding import onboard as onboard_tenant
from dcr.rendering.lines import show
from dcr.rendering.report_text import report_lines
from dcr.steps.application.imported.application import clients_to_replace

PENDING = 3

WithPrefect = Annotated[
    bool, typer.Option("--prefect", envvar="DCR_PREFECT", help="As a flow run of the Prefect server that PREFECT_API_URL names.")
]
Replace = Annotated[
    list[str] | None,
    typer.Option("--replace", metavar="NAME", help="Register a new client for this application of the way 'import'; may be repeated."),
]


def onboard(
    tenant_file: TenantFile,
    platform: PlatformFile = None,
    ready_file: ReadyFile = None,
    as_json: AsJson = False,
    prefect: WithPrefect = False,
    replace: Replace = None,
) -> None:
    """Take a tenant from nothing to a verified request. Running it again writes nothing.

    Preflight, Curity's configuration, Dynamic Client Registration, portal binding, application, smoke test: every stage reads, compares and
    writes only the difference, so a run that failed is simply started again. Secrets go to Vault, nowhere else; the report says where.

    --replace is for a client that is gone at Curity, or whose secret has leaked: the new one is registered, stored and approved before the
    old one and its application are removed. It works without --prefect.

    \b
    Examples:
      dcr onboard examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr onboard examples/tenants/acme.yaml --ready-file run/sandbox.json --json > report.json
      dcr onboard examples/tenants/acme.yaml --replace payments-client

    Exit codes: 0 onboarded (a registration that waits for a portal admin is told as pending), 1 failed, 3 waits for people to
    load Curity's fragment (curity.mode: render), 64 wrong usage.
    """
    if prefect and replace:
        raise typer.BadParameter("is done by this command alone: leave --prefect (and DCR_PREFECT) away", param_hint="--replace")
    if prefect:
        finished = run_flow("onboard_tenant", tenant_file, platform, ready_file)
    else:
        with run_for(tenant_file, platform, ready_file) as run:
            asked = replace_in_run(run, replace=clients_to_replace(run, replace or ()))
            finished = onboard_tenant(asked, InThisProcess(asked), label(), partial(ask, asked))
    tell_report(finished, as_json=as_json)


def tell_report(finished: Finished, *, as_json: bool) -> None:
    """Print the report, also of a run that failed, and end as it did."""
    if as_json:
        typer.echo(finished.report.model_dump_json(indent=2))
    else:
        show(report_lines(finished.report), output())
    if finished.report.waits_at:
        typer.echo(f"Pending: {finished.report.waits_at.summary}. What to do stands among the claims; then run it again.", err=True)
        raise typer.Exit(PENDING)
    if finished.error:
        typer.echo(f"Failed: {finished.error.problem}. {finished.error.remedy}", err=True)
        raise typer.Exit(1)
