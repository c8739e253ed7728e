"""The platform's own part: Curity, DCR, provider and strategy, without any tenant."""

from prefect import flow

from dcr.engine.onboarding import onboard
from dcr.results.report import Report
from tasks.accepting import accept
from tasks.approving import approval_in_prefect
from tasks.context import run_of
from tasks.engine import PrefectEngine
from tasks.labels import label_run
from tasks.reporting import publish_report
from tasks.restarts import refuse_second_restart


@flow(name="prepare platform", flow_run_name="prepare-platform")
def prepare_platform() -> Report:
    """Converge what belongs to every tenant: issuer settings, token issuer, initial client, DCR, provider and strategy."""
    refuse_second_restart()
    platform = accept(None)
    name = label_run(platform, None)
    run = run_of(platform, None, write=False)
    finished = onboard(run, PrefectEngine(platform, None), name, approval_in_prefect(run))
    publish_report(finished.report)
    if finished.error:
        raise finished.error from None
    return finished.report
