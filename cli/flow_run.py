"""An onboarding as a flow run, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from cli.context import progress
from cli.prefect_environment import prefect_environment
from dcr.documents.loading import load_platform_and_tenant
from dcr.engine.onboarding import Finished
from dcr.results.report import Report
from dcr.settings.model import load_settings


def onboard_as_flow_run(tenant_file: Path, platform_file: Path | None, ready_file: Path | None, take: Sequence[str] = ()) -> Finished:
    """Run the flow for a tenant, at the Prefect server that PREFECT_API_URL names.

    Args:
        take: paths of what belongs to others and may be taken over.

    Raises:
        Problems: the documents' faults, with their lines; nothing was started then.
        DcrError: the server does not answer, or the run ended before it had a report.
    """
    platform_path = platform_file or load_settings(ready_file=ready_file).platform_file
    _, tenant = load_platform_and_tenant(platform_path, tenant_file)
    with prefect_environment(platform_file=platform_path, ready_file=ready_file):
        # Not before: Prefect costs seconds, and reads its settings when it is imported.
        from cli.prefect_client import address, prefect_server, refusals_in_words
        from flows.onboard_tenant import onboard_tenant

        with prefect_server() as server:
            progress(f"running onboard_tenant at {address(server)}")
        with refusals_in_words():
            state = onboard_tenant(tenant, take=list(take), return_state=True)
            # Prefect types the result of a flow that returns a state as that state; what it gives is the state's own result.
            return finished(cast("Report | BaseException", state.result(raise_on_failure=False)))


def finished(result: Report | BaseException) -> Finished:
    """What came of the flow, as what a command prints: its report, or what kept it from having one."""
    if isinstance(result, BaseException):
        raise result from None
    return Finished(result)
