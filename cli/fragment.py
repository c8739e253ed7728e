"""Curity's fragment, printed or written where a person says."""

from __future__ import annotations

from pathlib import Path

import typer

from dcr.curity.admin.fragment import SecretAs
from dcr.curity.admin.fragment_file import write_fragment
from dcr.steps.context import Run
from dcr.steps.curity_configuration.rendered_settings import fragment_of


def tell_fragment(run: Run, secret_as: SecretAs, directory: Path | None) -> None:
    """The fragment alone goes to standard output; what else people need to know goes to standard error."""
    fragment = fragment_of(run, secret_as)
    if directory is None:
        typer.echo(fragment.content.decode(), nl=False)
    else:
        typer.echo(write_fragment(directory, run.platform.name, fragment))
    for parameter in fragment.parameters:
        typer.echo(f"Variable {parameter.name}: {parameter.holds}. Without it the server does not start.", err=True)
    for note in fragment.notes:
        typer.echo(f"Note: {note}", err=True)
