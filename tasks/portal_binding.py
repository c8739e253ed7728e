"""Stage 4: Konnect's DCR provider and auth strategy, and the tenant's publications."""

from dcr.steps import table as steps
from tasks.step_task import step_task

dcr_provider = step_task(
    steps.DCR_PROVIDER, timeout_seconds=300, description="Makes Curity known to Konnect, with the initial client's secret."
)
auth_strategy = step_task(steps.AUTH_STRATEGY, timeout_seconds=120, description="How the gateway recognises an application.")
publication = step_task(steps.PUBLICATION, timeout_seconds=120, description="The API in the portal, with the auth strategy.")
TASKS = (dcr_provider, auth_strategy, publication)
