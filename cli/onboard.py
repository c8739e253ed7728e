"""`dcr onboard`."""

from __future__ import annotations

from dataclasses import replace as replace_in_context
from functools import partial
from typing import Annotated

import typer

from cli.approving import ask
from cli.context import output, run_for, run_name
from cli.flow_run import onboard_as_flow_run
from cli.options import AsJson, PlatformFile, ReadyFile, Take, TenantFile
from dcr.engine.onboarding import Finished
from dcr.engine.onboarding import onboard as onboard_tenant
from dcr.engine.permission import Mandate
from dcr.engine.run import InThisProcess
from dcr.rendering.lines import show
from dcr.rendering.report_text import report_lines
from dcr.results.report import Verdict
from dcr.steps.application.imported.application import clients_to_replace

# What each verdict of a report means to the shell.
EXIT_CODES = {Verdict.OK: 0, Verdict.PENDING: 3, Verdict.UNKNOWN: 1, Verdict.FAILED: 1}

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
    take: Take = None,
) -> None:
    """Take a tenant from nothing to a verified request. Running it again writes nothing.

    Preflight, Curity's configuration, Dynamic Client Registration, portal binding, application, smoke test: every stage reads, compares and
    writes only the difference, so a run that failed is simply started again. Secrets go to Vault, nowhere else; the report says where.

    --replace is for a client that is gone at Curity, or whose secret has leaked: the new one is registered, stored and approved before the
    old one and its application are removed. It works without --prefect.

    --take names what belongs to somebody else and shall be taken over all the same: a path that the plan shows beside a conflict, or all
    below a path that ends in a slash. `vault/tenants/SLUG/spec/requested_by` makes whoever asks now the tenant's owner.

    \b
    Examples:
      dcr onboard examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr onboard examples/tenants/acme.yaml --ready-file run/sandbox.json --json > report.json
      dcr onboard examples/tenants/acme.yaml --replace payments-client
      dcr onboard examples/tenants/acme.yaml --take vault/tenants/acme/spec/requested_by

    Exit codes: 0 onboarded, and everything was shown; 1 failed, or something could not be asked; 3 waits for people: a portal admin, or
    whoever loads Curity's fragment (curity.mode: render); 64 wrong usage.
    """
    if prefect and replace:
        raise typer.BadParameter("is done by this command alone: leave --prefect (and DCR_PREFECT) away", param_hint="--replace")
    if prefect:
        finished = onboard_as_flow_run(tenant_file, platform, ready_file, take or ())
    else:
        with run_for(tenant_file, platform, ready_file) as ctx:
            asked = replace_in_context(ctx, replace=clients_to_replace(ctx, replace or ()))
            finished = onboard_tenant(asked, InThisProcess(), run_name(asked), partial(ask, asked), Mandate(take=frozenset(take or ())))
    tell_report(finished, as_json=as_json)


def tell_report(finished: Finished, *, as_json: bool) -> None:
    """Print the report, also of a run that failed, and end as it did."""
    if as_json:
        typer.echo(finished.report.model_dump_json(indent=2))
    else:
        show(report_lines(finished.report), output())
    report = finished.report
    if report.verdict is Verdict.PENDING:
        waits = report.waits_at.summary if report.waits_at else report.summary
        typer.echo(f"Pending: {waits}. What to do stands among the claims; then run it again.", err=True)
    elif finished.error:
        typer.echo(f"Failed: {finished.error.problem}. {finished.error.remedy}", err=True)
    elif finished.failure:
        typer.echo(f"{report.verdict.value.capitalize()}: {finished.failure}", err=True)
    raise typer.Exit(EXIT_CODES[report.verdict])
