"""Stage 5: the application, its credentials in Vault, its registrations."""

from dcr import steps
from tasks.step_task import step_task

application = step_task(steps.APPLICATION, timeout_seconds=300, description="The application; its secret goes to Vault at once.")
registrations = step_task(steps.REGISTRATIONS, timeout_seconds=300, description="Its registration for each API, and the approval.")
TASKS = (application, registrations)
