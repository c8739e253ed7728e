"""`dcr preflight`."""

from __future__ import annotations

import typer

from cli.context import output
from cli.options import AsJson, PlatformFile, ReadyFile, TenantFile
from cli.plan import planned
from dcr.rendering.lines import show
from dcr.rendering.plan_text import preflight_lines


def preflight(tenant_file: TenantFile, platform: PlatformFile = None, ready_file: ReadyFile = None, as_json: AsJson = False) -> None:
    """Check that everything a tenant needs is there.

    Nothing is written. Asks Curity, Konnect, the portal, the gateway and Vault, and names everything that people have to fix, in one
    list: what is missing, which right is lacking, what of someone else's stands in the way. `dcr plan` shows the changes themselves.

    \b
    Examples:
      dcr preflight examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr preflight examples/tenants/acme.yaml --ready-file run/sandbox.json --json

    Exit codes: 0 a run can start, 1 it cannot, 64 wrong usage.
    """
    found = planned(tenant_file, platform, ready_file)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show(preflight_lines(found), output())
    raise typer.Exit(0 if found.possible else 1)
