"""Whose the publication of Orders v1 in Acme's portal is, as Vault has it."""

from __future__ import annotations

import json

from dcr.model.timestamps import now
from dcr.vault import paths
from tests.unit.steps.contexts import StepWorld


def owned(world: StepWorld, owner: str, *users: str, **asked: str) -> None:
    """It belongs to a tenant, and these use it."""
    world.vault.keep(_path(world), {"owner": owner, "users": json.dumps(users), "since": now(), **asked})


def ownership(world: StepWorld) -> tuple[str, list[str]] | None:
    """Owner and users; None: nothing is recorded."""
    kept = world.vault.kept.get(_path(world))
    return (kept[0]["owner"], json.loads(kept[0]["users"])) if kept else None


def _path(world: StepWorld) -> str:
    return paths.publication(world.kong.portal.id, world.kong.api("Orders v1").id)
