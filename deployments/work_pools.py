"""The work pools, with fixed job templates: what reads, what writes and what removes run apart, with different rights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound

TEMPLATES = Path(__file__).parent / "pools"
READING, WRITING, OFFBOARDING = "dcr-read", "dcr-write", "dcr-offboard"
DESCRIPTIONS = {
    READING: "Plans, preflights, checks and smoke tests: its workers log in as readers.",
    WRITING: "Onboards tenants and prepares the platform: its workers may write.",
    OFFBOARDING: "Takes tenants and the platform's own part away: its workers may remove for good.",
}


def template(kind: str) -> dict[str, Any]:
    """The job template of a kind of work pool: `process` or `kubernetes`."""
    found: dict[str, Any] = json.loads((TEMPLATES / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def template_of(pool: str, kind: str, image: str) -> dict[str, Any]:
    """The template of one pool. On Kubernetes its jobs run as the service account of the pool's name, which Vault knows by its role."""
    wanted = template(kind)
    if kind == "kubernetes":
        pod = wanted["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
        pod["serviceAccountName"] = pool
        pod["containers"][0]["image"] = image
        # The worker puts the variable `env` before a list that stands here.
        pod["containers"][0]["env"] = [{"name": "DCR_VAULT__ROLE", "value": pool}]
    return wanted


def apply_pool(client: SyncPrefectClient, name: str, kind: str, image: str) -> None:
    """Create the pool, or give it our template again; its limits and its state (paused or not) are the operator's and stay.

    Args:
        image: of the jobs, for pools of kind `kubernetes`.
    """
    wanted = template_of(name, kind, image)
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type=kind, description=DESCRIPTIONS[name], base_job_template=wanted))
    else:
        client.update_work_pool(name, WorkPoolUpdate(description=DESCRIPTIONS[name], base_job_template=wanted))
