"""What a task builds inside itself, since Prefect keeps arguments: settings, systems, credentials."""

from __future__ import annotations

from prefect import get_run_logger
from prefect.exceptions import MissingContextError

from dcr.platform import Platform
from dcr.run import Run
from dcr.settings import load_settings
from dcr.systems import systems_of
from dcr.tenant import Tenant


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
