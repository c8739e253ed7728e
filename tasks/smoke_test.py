"""Stage 6: the credentials work, and nothing else does."""

from dcr.steps import table as steps
from tasks.step_task import step_task

smoke_test = step_task(
    steps.SMOKE_TEST, timeout_seconds=3900, description="One success and three refusals through the gateway; the token itself."
)
TASKS = (smoke_test,)
