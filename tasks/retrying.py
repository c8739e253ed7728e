"""When Prefect tries a task again: the same question, and the same answer, as without Prefect."""

from __future__ import annotations

import time
from typing import Any

from prefect.client.schemas.objects import State, TaskRun

from dcr.http.retries import ATTEMPTS, again, seconds_named

RETRIES = ATTEMPTS - 1
DELAYS_SECONDS = [1.0, 2.0, 4.0, 8.0]
JITTER = 0.5


def can_pass(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Whether the failure may pass by itself. A wait that the server named is kept here: Prefect has no delay per failure.

    Source: docs/vendors/prefect.md, Retries: it must be a plain function, and an exception in it means "never retry".
    """
    try:
        state.result()
    except Exception as error:  # noqa: BLE001 - whatever ended the task is judged here, nothing is swallowed
        if again(error):
            time.sleep(seconds_named(error))
            return True
    return False
