"""What a flow run works with: settings, systems and logins of this process, which no parameter of a run holds."""

from __future__ import annotations

from prefect import get_run_logger
from prefect.exceptions import MissingContextError

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.settings.model import load_settings
from dcr.steps.context import StepContext
from dcr.systems import systems_of


def context_of(platform: Platform, tenant: Tenant | None) -> StepContext:
    """The systems that this process's settings name; clients and logins are shared by the process."""
    systems = systems_of(load_settings(), platform)
    return StepContext(systems, systems.platform, tenant, progress=log)


def log(line: str) -> None:
    """Progress where a person watching the run sees it."""
    try:
        get_run_logger().info(line)
    except MissingContextError:
        return  # no run: nobody watches
