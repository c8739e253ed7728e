"""Stage 2: the initial client's secret, and the token issuer and client at Curity.

Where files configure Curity (curity.mode render) the task waits for people, as long as deadlines.metadata_seconds allows.
"""

from dcr.steps import table as steps
from tasks.step_task import step_task

initial_client = step_task(
    steps.INITIAL_CLIENT, timeout_seconds=120, description="The initial client's secret, in Vault before it is used."
)
curity_configuration = step_task(
    steps.CURITY_CONFIGURATION, timeout_seconds=3900, description="Access tokens as JWT, the userinfo token issuer, the initial client."
)
TASKS = (initial_client, curity_configuration)
