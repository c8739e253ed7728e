"""Approval of a plan at the terminal, where the platform asks for one."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from cli.context import user
from dcr.engine.approval import needs_approval
from dcr.engine.observe import Look
from dcr.engine.plan import plan_of
from dcr.errors import Refused
from dcr.rendering.lines import show
from dcr.rendering.plan_text import plan_lines
from dcr.results.report import Decision
from dcr.steps.context import Run


def ask(run: Run, found: Look) -> Decision | None:
    """Show the plan and let a person type the tenant's name, if `rules.approval` asks for that.

    Raises:
        Refused: the person did not, or nobody is there to ask.
    """
    if not needs_approval(run.platform.rules, found.changes):
        return None
    where, remedy = "approval", "Nothing was written. Run it at a terminal, or as a flow run that a person approves in Prefect."
    if not sys.stdin.isatty():
        raise Refused(where, f"platform {run.platform.name} asks for a person's approval, and standard input is no terminal", remedy)
    show(plan_lines(plan_of(run.platform, run.tenant, found)), Console(stderr=True, highlight=False, markup=False, emoji=False))
    name = run.tenant.slug if run.tenant else run.platform.name
    if typer.prompt(f"Type {name} to apply these changes", default="", show_default=False, err=True) != name:
        raise Refused(where, "the plan was not approved", "Nothing was written.")
    return Decision(approved=True, by=user(), reason="at the terminal")
