"""Automations that make Prefect do what it does not do by itself: find dead runs, restart them once, tell people.

`python -m deployments.provision` applies them. Source: docs/vendors/prefect.md, Zombies, Automations.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import CallWebhook, ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from pydantic import SecretStr

from deployments.work_pools import template
from tasks.restarts import RESTARTED

WEBHOOK_BLOCK = "dcr-alerts"
MISSED_HEARTBEATS = 3
RESTART_PAUSE_SECONDS = 30
FLOW_RUNS = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
EACH = {"prefect.resource.id"}
FAILED_PAYLOAD = '{"event": "run failed", "run": "{{ flow_run.name }}", "id": "{{ flow_run.id }}", "state": "{{ flow_run.state.name }}"}'
DRIFTED_PAYLOAD = '{"event": "{{ event.event }}", "resource": "{{ event.resource.id }}", "finding": "{{ event.payload.finding }}"}'


def heartbeat_seconds() -> int:
    """How often runs say that they live, as the templates of the work pools set it."""
    return int(template("process")["variables"]["properties"]["env"]["default"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])


def dead_runs(silence_seconds: int) -> AutomationCore:
    """Mark a run Crashed that sent heartbeats and then nothing at all: any event of a run counts, so a live one is left alone.

    Args:
        silence_seconds: how long is too long; three heartbeats, so that one that is late or lost harms nobody.
    """
    trigger = EventTrigger(
        posture=Posture.Proactive,
        match=FLOW_RUNS,
        for_each=EACH,
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.*"},
        threshold=1,
        within=timedelta(seconds=silence_seconds),
    )
    crashed = ChangeFlowRunState(
        state=StateType.CRASHED, name="Crashed", message="No heartbeat: its worker or process is gone.", force=False
    )
    return AutomationCore(name="dcr: dead runs are marked Crashed", trigger=trigger, actions=[crashed])


def restart(pause_seconds: int = RESTART_PAUSE_SECONDS) -> AutomationCore:
    """Start a crashed run again. It counts by itself and refuses to be restarted twice (tasks/restarts.py).

    Args:
        pause_seconds: of silence after the crash. A worker reports one crash twice, some seconds apart, and a run that was started again
            at the first report would be marked Crashed by the second.
    """
    trigger = EventTrigger(
        posture=Posture.Proactive,
        match=FLOW_RUNS,
        for_each=EACH,
        after={"prefect.flow-run.Crashed"},
        expect={"prefect.flow-run.*"},
        threshold=1,
        within=timedelta(seconds=pause_seconds),
    )
    again = ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message=RESTARTED, force=True)
    return AutomationCore(name="dcr: crashed runs are started again once", trigger=trigger, actions=[again])


def tell(name: str, events: set[str], payload: str, block_id: UUID) -> AutomationCore:
    """Call the webhook for each of these events. The payload names things, it holds no parameter and no message."""
    trigger = EventTrigger(posture=Posture.Reactive, expect=events, for_each=EACH, threshold=1, within=timedelta(0))
    call = CallWebhook(block_document_id=block_id, payload=payload)
    return AutomationCore(name=name, trigger=trigger, actions=[call])


def alerts_block(url: str, *, private: bool) -> UUID:
    """Id of the block that holds the webhook's address; Prefect keeps it encrypted."""
    block = Webhook(url=SecretStr(url), allow_private_urls=private)
    saved = block.save(WEBHOOK_BLOCK, overwrite=True)
    return UUID(str(saved))


def apply(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    """Create it, or bring the one of that name up to date: names are not unique in Prefect, so more than one is made one."""
    existing = client.read_automations_by_name(wanted.name)
    if not existing:
        client.create_automation(wanted)
        return
    client.update_automation(existing[0].id, wanted)
    for twin in existing[1:]:
        client.delete_automation(twin.id)


def wanted_automations(surroundings: Mapping[str, str]) -> list[AutomationCore]:
    """All of them; those that tell people only where DCR_ALERT_WEBHOOK_URL says whom, whose block is saved for them."""
    wanted = [dead_runs(MISSED_HEARTBEATS * heartbeat_seconds()), restart()]
    if url := surroundings.get("DCR_ALERT_WEBHOOK_URL"):
        block = alerts_block(url, private=surroundings.get("DCR_ALERT_WEBHOOK_PRIVATE") == "true")
        wanted += [
            tell("dcr: failed runs are told", {"prefect.flow-run.Failed", "prefect.flow-run.TimedOut"}, FAILED_PAYLOAD, block),
            tell("dcr: drift is told", {"dcr.tenant.drifted"}, DRIFTED_PAYLOAD, block),
        ]
    return wanted
