"""What a command builds before it can ask any system: documents first, then settings, then the systems themselves."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from dcr.documents.loading import load_platform, load_platform_and_tenant
from dcr.http.clients import Observe
from dcr.model.request import request_now
from dcr.model.tenant import Tenant
from dcr.model.timestamps import now
from dcr.settings.model import addressed, load_settings
from dcr.steps.context import StepContext
from dcr.systems import build_systems, close_systems, systems_of


@contextmanager
def run_for(tenant_file: Path | None, platform_file: Path | None, ready_file: Path | None) -> Iterator[StepContext]:
    """A run that only reads, for one tenant, or without one for the platform's own part; its connections are closed at the end.

    Raises:
        Problems: the documents' faults, or the settings'. Nothing was asked of any system then.
    """
    request = request_now(label())
    given = platform_file or load_settings(ready_file=ready_file).platform_file
    platform, tenant = load_platform_and_tenant(given, tenant_file) if tenant_file else (load_platform(given), None)
    systems = systems_of(load_settings(ready_file=ready_file), platform)
    try:
        yield StepContext(systems, systems.platform, tenant, progress=progress, request=request)
    finally:
        close_systems()


@contextmanager
def observed_run(tenant: Tenant | None, platform_file: Path | None, ready_file: Path | None, observe: Observe) -> Iterator[StepContext]:
    """A run that only reads, and whose every exchange is observed."""
    settings = load_settings(ready_file=ready_file)
    platform = addressed(load_platform(platform_file or settings.platform_file), settings)
    systems = build_systems(settings, platform, observe=observe)
    try:
        yield StepContext(systems, platform, tenant, progress=progress)
    finally:
        systems.close()


def progress(line: str) -> None:
    """Tell a person what is being done; results alone go to standard output."""
    typer.echo(f"  {line}", err=True)


def output() -> Console:
    """Standard output, in colour where it is a terminal and NO_COLOR is not set."""
    return Console(highlight=False, markup=False, emoji=False)


def label() -> str:
    """Names a run of this command for people: in the lock, for those who wait, and in the report."""
    return f"dcr by {user()} on {socket.gethostname()}, {now()}"


def run_name(ctx: StepContext) -> str:
    """What the run of a command is called: as its request, if it is one."""
    return ctx.request.run if ctx.request else label()


def user() -> str:
    """Who runs this command, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.getuid()}"
