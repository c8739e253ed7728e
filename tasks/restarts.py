"""A crashed run is started again once, by an automation without a limit of its own: the limit is here."""

from __future__ import annotations

from prefect import get_client
from prefect.context import FlowRunContext

from dcr.errors import Refused

RESTARTED = "Started again once after a crash."
MOST_RESTARTS = 1


def refuse_second_restart() -> None:
    """Stop a run that an automation has started again too often; a person's Retry always goes on.

    Raises:
        Refused: it crashed again after it was restarted.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    with get_client(sync_client=True) as client:
        states = client.read_flow_run_states(context.flow_run.id)
    scheduled = [state.message for state in sorted(states, key=lambda state: state.timestamp) if state.is_scheduled()]
    if scheduled and scheduled[-1] == RESTARTED and scheduled.count(RESTARTED) > MOST_RESTARTS:
        raise Refused("run", "crashed again after it was started again", "Read its logs, fix the cause, then press Retry.")
