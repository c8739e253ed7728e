"""`dcr dismantle`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.approving import ask
from cli.context import run_for, run_name
from cli.onboard import tell_report
from cli.options import AsJson, PlatformFile, ReadyFile, Yes
from cli.plan import tell_plan
from dcr.engine.dismantling import dismantle as take_platform_away
from dcr.engine.dismantling import planned_dismantling
from dcr.engine.run import InThisProcess
from dcr.settings.ready_file import SandboxLogin

OnlyPlan = Annotated[bool, typer.Option("--plan", help="Only show what would go; exit codes as of `dcr plan`.")]


def dismantle(
    platform: PlatformFile = None, ready_file: ReadyFile = None, as_json: AsJson = False, plan: OnlyPlan = False, yes: Yes = False
) -> None:
    """Take the platform's own part away again, once no tenant uses it.

    Konnect's auth strategy and DCR provider, and what was set in Curity: each setting goes back to what it was before the first
    `dcr prepare`. What others have changed since stays and is named. What goes is shown first, and a person types the platform's name.
    It is refused as long as a tenant is accepted, or anything is published or registered with the platform's strategy. Running it again
    ends well, also after a crash. Where files configure Curity (curity.mode: render) it says which lines to take out of them.

    \b
    Examples:
      dcr dismantle --platform examples/platforms/production.yaml --plan
      dcr dismantle --platform examples/platforms/production.yaml
      dcr dismantle --ready-file run/sandbox.json --yes --json

    Exit codes: 0 gone; 1 failed or refused; 64 wrong usage; with --plan as of `dcr plan`.
    """
    with run_for(None, platform, ready_file, SandboxLogin.OFFBOARD) as ctx:
        if plan:
            tell_plan(planned_dismantling(ctx, InThisProcess(), run_name(ctx)), as_json=as_json)
        finished = take_platform_away(ctx, InThisProcess(), run_name(ctx), partial(ask, ctx), asks=not yes)
    tell_report(finished, as_json=as_json)
