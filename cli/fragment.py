"""Curity's fragment, printed or written where a person says."""

from __future__ import annotations

from pathlib import Path

import typer

from dcr.curity.admin.fragment_file import write_fragment
from dcr.model.secret_form import SecretForm
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.rendered import fragment_of
from dcr.steps.curity_configuration.settings import state_if_readable


def tell_fragment(ctx: StepContext, secret_as: SecretForm, directory: Path | None) -> None:
    """The fragment alone goes to standard output; what else people need to know goes to standard error."""
    fragment = fragment_of(ctx, state_if_readable(ctx), stored_secret(ctx), secret_as)
    if directory is None:
        typer.echo(fragment.content.decode(), nl=False)
    else:
        typer.echo(write_fragment(directory, ctx.platform.name, fragment))
    for parameter in fragment.parameters:
        typer.echo(f"Variable {parameter.name}: {parameter.holds}. Without it the server does not start.", err=True)
    for note in fragment.notes:
        typer.echo(f"Note: {note}", err=True)
