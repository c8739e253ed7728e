"""Stage 5: the application, its credentials in Vault, its registrations."""

from dcr.steps import table as steps
from tasks.step_task import step_task

application = step_task(steps.APPLICATION, timeout_seconds=300, description="The application; its secret goes to Vault at once.")
registrations = step_task(steps.REGISTRATIONS, timeout_seconds=300, description="Its registration for each API, and the approval.")
replaced_client = step_task(steps.REPLACED_CLIENT, timeout_seconds=300, description="Removes a client that another one has replaced.")
TASKS = (application, registrations, replaced_client)
