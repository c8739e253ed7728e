"""`dcr diagnose`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.context import observed_run, output
from cli.options import AsJson, PlatformFile, ReadyFile
from dcr.diagnosis.chain import Chain
from dcr.documents.loading import load_platform_and_tenant
from dcr.engine.accepted_tenant import read_accepted_tenant
from dcr.http.recorded_exchanges import Exchanges
from dcr.rendering.diagnosis_text import diagnosis_lines
from dcr.rendering.lines import show
from dcr.settings.model import load_settings
from dcr.steps.context import StepContext

TenantOrSlug = Annotated[str, typer.Argument(metavar="TENANT_FILE|SLUG", help="The tenant's file, or the slug of one that was onboarded.")]
Verify = Annotated[bool, typer.Option("--verify", help="Have Konnect verify its DCR provider; it may leave a client behind at Curity.")]


def diagnose(
    tenant: TenantOrSlug,
    platform: PlatformFile = None,
    ready_file: ReadyFile = None,
    as_json: AsJson = False,
    verify: Verify = False,
) -> None:
    """Find out why dynamic client registration fails for a tenant.

    Asks every link of the chain by itself, goes on after failures, and tells of each who said what (call, status, request id) and what to
    do: Vault, portal and APIs, Curity's configuration, discovery, a token with scope dcr, the registration endpoint, Konnect's provider and
    strategy, publication, application, registrations, gateway. It changes nothing: the dcr token is thrown away. Only --verify may leave a
    client at Curity.

    \b
    Examples:
      dcr diagnose examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr diagnose acme --verify --json | jq '.findings[] | select(.verdict != "ok")'

    Exit codes: 0 every link is well, 1 something failed or could not be asked, 64 wrong usage.
    """
    exchanges = Exchanges()
    with _run(tenant, platform, ready_file, exchanges) as ctx:
        found = Chain(ctx, exchanges).diagnose(verify=verify)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show(diagnosis_lines(found), output())
    raise typer.Exit(0 if found.all_well else 1)


@contextmanager
def _run(named: str, platform_file: Path | None, ready_file: Path | None, exchanges: Exchanges) -> Iterator[StepContext]:
    """For a tenant's file, or for one that Vault knows."""
    file = Path(named) if Path(named).suffix or Path(named).exists() else None
    given = platform_file or load_settings(ready_file=ready_file).platform_file
    tenant = load_platform_and_tenant(given, file)[1] if file else None
    with observed_run(tenant, given, ready_file, exchanges.observe) as ctx:
        yield ctx if tenant else replace(ctx, tenant=read_accepted_tenant(ctx.vault, named))
