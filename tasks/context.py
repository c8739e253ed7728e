"""What a task builds inside itself, since Prefect keeps arguments: settings, systems, credentials."""

from __future__ import annotations

from prefect import get_run_logger
from prefect.exceptions import MissingContextError

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.settings.model import load_settings
from dcr.steps.context import Run
from dcr.systems import systems_of


def run_of(platform: Platform, tenant: Tenant | None, *, write: bool) -> Run:
    """The systems that this process's settings name, for one task; clients and logins are shared by the process."""
    systems = systems_of(load_settings(), platform)
    return Run(systems, systems.platform, tenant, write=write, progress=log)


def log(line: str) -> None:
    """Progress where a person watching the run sees it."""
    try:
        get_run_logger().info(line)
    except MissingContextError:
        return  # no run: nobody watches
