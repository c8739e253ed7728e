"""`dcr version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed_version

import typer


def version() -> None:
    """Print this program's version, for a bug report.

    Exit codes: 0.
    """
    typer.echo(f"dcr {installed_version('konnect-curity-dcr')}, Python {platform.python_version()}, Prefect {installed_version('prefect')}")
