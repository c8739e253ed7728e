"""`dcr plan`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.context import output, run_for
from cli.fragment import tell_fragment
from cli.options import AsJson, OptionalTenantFile, PlatformFile, ReadyFile, Take
from dcr.engine.observe import observe
from dcr.engine.permission import Mandate
from dcr.model.secret_form import SecretForm
from dcr.rendering.lines import show
from dcr.rendering.plan_text import plan_lines
from dcr.results.plan import Plan

NONE, PROBLEMS, CHANGES = 0, 1, 2


class Format(StrEnum):
    """What is printed."""

    TEXT = "text"
    JSON = "json"
    CURITY_XML = "curity-xml"


FormatOption = Annotated[
    Format, typer.Option("--format", help="curity-xml: Curity's part, whole, as a file for houses that configure Curity by files.")
]
Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="With curity-xml: write it there instead of printing it.")]
SecretOption = Annotated[SecretForm, typer.Option("--secret-as", help="With curity-xml: how the initial client's secret stands in it.")]


def plan(
    tenant_file: OptionalTenantFile = None,
    platform: PlatformFile = None,
    ready_file: ReadyFile = None,
    as_json: AsJson = False,
    form: FormatOption = Format.TEXT,
    directory: Output = None,
    secret_as: SecretOption = SecretForm.PARAMETER,
    take: Take = None,
) -> None:
    """Show what onboarding a tenant would change, in order. Nothing is written.

    Every change has its stage, its path in the vendor's words, what is there and what would be, whose thing it would take over (conflict)
    and what it does to others. Values that a system gives only later read "(known after apply)". --take shows the plan of an onboarding
    that is told to take over what it names.

    --format curity-xml prints all that the platform wants of Curity as one fragment for its configuration files, whatever curity.mode says;
    the variables that the server then needs are told on standard error. docs/render.md says how to load it.

    \b
    Examples:
      dcr plan examples/tenants/acme.yaml --platform examples/platforms/production.yaml
      dcr plan examples/tenants/acme.yaml --json | jq '.changes[].path'
      dcr plan --platform examples/platforms/production.yaml --format curity-xml > dcr-production.xml

    Exit codes: 0 no changes, 1 problems or an error, 2 changes, 64 wrong usage; curity-xml: 0 rendered.
    """
    if form is Format.CURITY_XML:
        with run_for(tenant_file, platform, ready_file) as ctx:
            tell_fragment(ctx, secret_as, directory)
        return
    tell_plan(planned(tenant_file, platform, ready_file, take or ()), as_json=as_json or form is Format.JSON)


def planned(tenant_file: Path | None, platform_file: Path | None, ready_file: Path | None, take: Iterable[str] = ()) -> Plan:
    """Look at every system and plan; without a tenant, for the platform's own part.

    Args:
        take: paths of what belongs to others and may be taken over.
    """
    with run_for(tenant_file, platform_file, ready_file) as ctx:
        return observe(ctx, sleep=time.sleep).plan(ctx.platform, ctx.tenant, Mandate(take=frozenset(take)))


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
