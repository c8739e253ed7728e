"""`dcr plan`."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from dcr.cli.options import AsJson, PlatformFile, ReadyFile, TenantFile
from dcr.cli.surroundings import output, run_for
from dcr.look import look
from dcr.plan import Plan, plan_of
from dcr.rendering.lines import show
from dcr.rendering.plan_text import plan_lines

NONE, PROBLEMS, CHANGES = 0, 1, 2


def plan(tenant_file: TenantFile, platform: PlatformFile = None, ready_file: ReadyFile = None, as_json: AsJson = False) -> None:
    """Show what onboarding a tenant would change, in order. Nothing is written.

    Every change has its stage, its path in the vendor's words, what is there and what would be, whose thing it would take over (conflict)
    and what it does to others. Values that a system gives only later read "(known after apply)".

    \b
    Examples:
      dcr plan examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr plan examples/tenants/acme.yaml --json | jq '.changes[].path'

    Exit codes: 0 no changes, 1 problems or an error, 2 changes, 64 wrong usage.
    """
    tell_plan(planned(tenant_file, platform, ready_file), as_json=as_json)


def planned(tenant_file: Path | None, platform_file: Path | None, ready_file: Path | None) -> Plan:
    """Look at every system and plan; without a tenant, for the platform's own part."""
    with run_for(tenant_file, platform_file, ready_file) as run:
        return plan_of(run.platform, run.tenant, look(run, sleep=time.sleep))


def tell_plan(found: Plan, *, as_json: bool) -> None:
    """Print the plan and end with its exit code."""
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show(plan_lines(found), output())
    raise typer.Exit(exit_code(found))


def exit_code(found: Plan) -> int:
    """For scripts: whether there is something to write, or something in the way of knowing it."""
    if found.problems:
        return PROBLEMS
    return CHANGES if found.changes else NONE
