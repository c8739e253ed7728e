"""`dcr offboard`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from cli.approving import ask
from cli.context import run_for, run_name, user
from cli.onboard import tell_report
from cli.options import AsJson, PlatformFile, ReadyFile, TenantSlug, Yes
from cli.plan import tell_plan
from dcr.engine.offboarding import Leaving, Level, leaving_tenant, planned_offboarding
from dcr.engine.offboarding import offboard as take_tenant_away
from dcr.engine.run import InThisProcess
from dcr.settings.ready_file import SandboxLogin

LevelOption = Annotated[
    Level,
    typer.Option(
        "--level",
        help="access: registrations are revoked, nothing is lost. credentials: also applications, clients and secrets. everything: also "
        "publications that no other tenant uses, and what was accepted.",
    ),
]
Ticket = Annotated[str, typer.Option("--ticket", help="Why, for the receipt: a ticket's number or address.")]
OnlyPlan = Annotated[bool, typer.Option("--plan", help="Only show what would go; exit codes as of `dcr plan`.")]


def offboard(
    tenant: TenantSlug,
    level: LevelOption = Level.EVERYTHING,
    ticket: Ticket = "",
    platform: PlatformFile = None,
    ready_file: ReadyFile = None,
    as_json: AsJson = False,
    plan: OnlyPlan = False,
    yes: Yes = False,
) -> None:
    """Take a tenant away again, and prove it.

    The gateway refuses, Curity knows the client no more, Vault holds no secret.

    What goes is shown first, and a person types the tenant's name. Only what was made for this tenant goes: never a developer, nothing that
    another tenant uses, nothing foreign. What cannot be removed is named as an orphan and stays remembered. A receipt stays in Vault: what
    went, when, for whom, and the calls that showed it. Running it again ends well, also after a crash.

    It needs a login with Vault's policy `offboard` (docs/offboarding.md); the sandbox's is found by itself.

    \b
    Examples:
      dcr offboard acme --platform examples/platforms/production.yaml --plan
      dcr offboard acme --level access --ticket ACME-2077
      dcr offboard acme --yes

    Exit codes: 0 gone, and everything was shown; 1 failed, or something could not be asked; 64 wrong usage; with --plan as of `dcr plan`.
    """
    asked = Leaving(tenant, level, user(), ticket)
    with run_for(None, platform, ready_file, SandboxLogin.OFFBOARD) as base:
        ctx = replace(base, tenant=leaving_tenant(base.vault, asked))
        if plan:
            tell_plan(planned_offboarding(ctx, InThisProcess(), run_name(ctx), level), as_json=as_json)
        finished = take_tenant_away(ctx, InThisProcess(), run_name(ctx), asked, partial(ask, ctx), asks=not yes)
    tell_report(finished, as_json=as_json)
