"""Stage 3: Dynamic Client Registration at Curity, its endpoint and where it is deployed."""

from dcr.steps import table as steps
from tasks.step_task import step_task

dcr_enablement = step_task(
    steps.DCR_ENABLEMENT, timeout_seconds=3900, description="DCR with client management, its endpoint, the service roles."
)
registration_endpoint = step_task(
    steps.REGISTRATION_ENDPOINT, timeout_seconds=3900, description="Waits until the metadata shows the registration endpoint."
)
TASKS = (dcr_enablement, registration_endpoint)
