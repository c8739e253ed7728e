"""Approval of a plan at the terminal, where the platform asks for one."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from cli.context import user
from dcr.errors import Refused
from dcr.rendering.lines import show
from dcr.rendering.plan_text import plan_lines
from dcr.results.plan import Plan
from dcr.results.report import Decision
from dcr.steps.context import StepContext


def ask(ctx: StepContext, plan: Plan) -> Decision:
    """Show the plan and let a person type the tenant's name.

    Raises:
        Refused: the person did not, or nobody is there to ask.
    """
    where, remedy = "approval", "Nothing was written. Run it at a terminal, or as a flow run that a person approves in Prefect."
    if not sys.stdin.isatty():
        raise Refused(where, "a person has to approve this, and standard input is no terminal", remedy)
    show(plan_lines(plan), Console(stderr=True, highlight=False, markup=False, emoji=False))
    name = ctx.tenant.slug if ctx.tenant else ctx.platform.name
    if typer.prompt(f"Type {name} to apply these changes", default="", show_default=False, err=True) != name:
        raise Refused(where, "the plan was not approved", "Nothing was written.")
    return Decision(approved=True, by=user(), reason="at the terminal")
