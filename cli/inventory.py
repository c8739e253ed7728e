"""`dcr inventory`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import output, run_for
from cli.options import AsJson, PlatformFile, ReadyFile
from dcr.inventory.taking import take_inventory
from dcr.rendering.inventory_text import show_inventory
from dcr.results.report import Verdict
from dcr.settings.ready_file import SandboxLogin

EXIT_CODES = {Verdict.OK: 0, Verdict.FAILED: 3, Verdict.UNKNOWN: 1, Verdict.PENDING: 1}
OneTenant = Annotated[str, typer.Argument(metavar="[TENANT]", help="A tenant's short name. Without it: everything of the platform.")]


def inventory(tenant: OneTenant = "", platform: PlatformFile = None, ready_file: ReadyFile = None, as_json: AsJson = False) -> None:
    """Compare what Vault, Konnect and Curity hold, and name what is left behind.

    Only reads. Each thing is exactly one of: ours, another tenant's, foreign, orphan, secret missing, cannot tell; with its age where a
    system tells it, why, and the command that would settle it. What could not be asked is "cannot tell", never an orphan. A client whose
    secret Vault keeps is asked for by a token request, which needs no right; other clients of Curity are listed only where
    DCR_CURITY__MANAGEMENT_CLIENT names one that may list them (docs/inventory.md).

    It needs a login with Vault's policy `reader`; the sandbox's is found by itself.

    \b
    Examples:
      dcr inventory --platform examples/platforms/production.yaml
      dcr inventory acme
      dcr inventory --json | jq '.things[] | select(.judged == "orphan")'

    Exit codes: 0 nothing is left behind; 3 something is left behind, or a secret is missing; 1 something could not be asked; 64 wrong
    usage.
    """
    with run_for(None, platform, ready_file, SandboxLogin.READER) as ctx:
        found = take_inventory(ctx, tenant)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_inventory(found, output())
    raise typer.Exit(EXIT_CODES[found.verdict])
