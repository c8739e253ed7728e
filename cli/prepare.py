"""`dcr prepare`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.approving import ask
from cli.context import run_for, run_name
from cli.onboard import tell_report
from cli.options import AsJson, PlatformFile, ReadyFile, Take
from cli.plan import planned, tell_plan
from dcr.engine.onboarding import onboard
from dcr.engine.permission import Mandate
from dcr.engine.run import InThisProcess

OnlyPlan = Annotated[bool, typer.Option("--plan", help="Only show what would change; exit codes as of `dcr plan`.")]


def prepare(
    platform: PlatformFile = None, ready_file: ReadyFile = None, as_json: AsJson = False, plan: OnlyPlan = False, take: Take = None
) -> None:
    """Converge what belongs to every tenant of a platform.

    Curity's issuer settings, token issuer and initial client, Dynamic Client Registration, Konnect's DCR provider and auth strategy. Where
    the platform says `profile_changes: stop`, a tenant's run never changes these: this command does. They reach every client of the Curity
    profile, so look at the plan first. --take names single objects of others that shall become the platform's, as the plan shows them
    beside a conflict; a path that ends in a slash names all below it.

    \b
    Examples:
      dcr prepare --platform examples/platforms/production.yaml --plan
      dcr prepare --platform examples/platforms/production.yaml
      dcr prepare --platform examples/platforms/production.yaml --take konnect/dcr-providers/curity/

    Exit codes: 0 prepared, 1 failed, 3 waits for people to load Curity's fragment (curity.mode: render), 64 wrong usage; with --plan as of
    `dcr plan`.
    """
    if plan:
        tell_plan(planned(None, platform, ready_file, take or ()), as_json=as_json)
    with run_for(None, platform, ready_file) as ctx:
        finished = onboard(ctx, InThisProcess(), run_name(ctx), partial(ask, ctx), Mandate(take=frozenset(take or ())))
    tell_report(finished, as_json=as_json)
