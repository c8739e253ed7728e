"""Takes the pictures of docs/prefect-ui.md from real runs on the sandbox: `make screenshots`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser.dashboard import WINDOW_HEIGHT, WINDOW_WIDTH, Dashboard, window
from tests.engine.installation import Installation
from tests.engine.serving import serving
from tests.sandbox_fixture import TREE, LivingWorld, start

PICTURES = TREE / "docs"
SETTLED_MILLISECONDS = 2_500.0  # the timeline is drawn, and notices have faded in
FORM_HEIGHT, REPORT_HEIGHT, DIALOG_HEIGHT = 2_060, 1_200, 1_400


def form(dashboard: Dashboard, prefect: Installation, tenant: Any) -> None:
    """The form of the deployment `onboard`, filled in by hand; it is long, so it is shown smaller."""
    dashboard.run_form(prefect.deployment("onboard tenant", "onboard")["id"])
    small = tenant | {"apis": tenant["apis"][:1], "applications": tenant["applications"][:1]}
    dashboard.fill(small)
    dashboard.page.add_style_tag(content="main { zoom: 0.8 }")
    take(dashboard, "ui-form", height=FORM_HEIGHT)


def awaiting_approval(dashboard: Dashboard, prefect: Installation, tenant: Any) -> None:
    """A run that shows its plan and waits for a person."""
    with prefect.ruled({"approval": "always"}):
        run_id = prefect.onboard(tenant)
        dashboard.open_run(run_id)
        dashboard.sees_state("Suspended")
    dialog = dashboard.asked()
    dialog.get_by_role("switch", name="Approve").click()
    dialog.get_by_label("Your name").fill("Ada Approver")
    dialog.get_by_label("Reason").fill("As agreed in ACME-1042")
    take(dashboard, "ui-approval", height=DIALOG_HEIGHT)
    prefect.api.post(f"/flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLED"}, "force": True})


def failed_and_retried(dashboard: Dashboard, prefect: Installation, tenant: Any, living: LivingWorld) -> None:
    """A run that failed at portal binding, the same after Retry, and its report."""
    living.knobs("konnect", denied=["POST /v2/application-auth-strategies"])
    run_id = prefect.onboard(tenant)
    dashboard.open_run(run_id)
    dashboard.sees_state("Failed")
    show_tasks(dashboard, run_id)
    take(dashboard, "ui-failed")
    living.knobs("konnect", denied=[])
    dashboard.open_run(run_id)
    dashboard.retry()
    dashboard.sees_state("Completed")
    show_tasks(dashboard, run_id)
    take(dashboard, "ui-retried")
    dashboard.open_artifact("tenant-acme")
    dashboard.reads("vault://dcr/tenants/acme/applications/orders-client")
    take(dashboard, "ui-report", height=REPORT_HEIGHT)


def show_tasks(dashboard: Dashboard, run_id: str) -> None:
    """The run's page with timeline and tasks, one of which has failed. They are recorded late, so the page is opened again."""
    dashboard.tab("Task Runs")
    dashboard.reads("1 Failed")
    dashboard.open_run(run_id)
    dashboard.tab("Task Runs")
    dashboard.reads("1 Failed")


def take(dashboard: Dashboard, name: str, *, height: int = WINDOW_HEIGHT) -> None:
    """Take a picture of the window when nothing moves any more."""
    dashboard.page.set_viewport_size({"width": WINDOW_WIDTH, "height": height})
    dashboard.page.wait_for_timeout(SETTLED_MILLISECONDS)
    dashboard.page.screenshot(path=PICTURES / f"{name}.png")
    dashboard.page.set_viewport_size({"width": WINDOW_WIDTH, "height": WINDOW_HEIGHT})


@contextmanager
def everything(directory: Path) -> Iterator[tuple[LivingWorld, Installation, Dashboard]]:
    """A sandbox, a server with its dashboard and a worker, and a window."""
    living: Callable[..., Any] = contextmanager(start)
    cache, place = directory / "cache", directory / "prefect"
    for folder in (cache, place):
        folder.mkdir()
    with living(directory, judged=False) as world, serving(place, cache, world.ready_file, {}, ui=True) as prefect:
        prefect.worker()
        with window(str(prefect.api.client.base_url)) as dashboard:
            yield world, prefect, dashboard


def main() -> int:
    """Take them all."""
    with TemporaryDirectory() as name, everything(Path(name)) as (living, prefect, dashboard):
        tenant = living.tenant.model_dump(mode="json")
        form(dashboard, prefect, tenant)
        awaiting_approval(dashboard, prefect, tenant)
        failed_and_retried(dashboard, prefect, tenant, living)
    return 0


if __name__ == "__main__":
    sys.exit(main())
