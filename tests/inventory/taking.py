"""An inventory as a reader takes it."""

from __future__ import annotations

from dataclasses import replace

from dcr.inventory.taking import take_inventory
from dcr.inventory.thing import Inventory, Thing
from dcr.secret import Secret
from tests.sandbox_fixture import LivingWorld


def as_reader(living: LivingWorld) -> LivingWorld:
    """The same world, reached with Vault's policy `reader`."""
    role = living.world._operator.roles["dcr-reader"]
    login = living.settings.vault.model_copy(update={"role_id": role.role_id, "secret_id": Secret(role.secret_id)})
    return replace(living, settings=living.settings.model_copy(update={"vault": login}))


def taken(living: LivingWorld, slug: str = "") -> Inventory:
    systems = as_reader(living).systems()
    try:
        return take_inventory(replace(living.context(systems), tenant=None), slug)
    finally:
        systems.close()


def told(things: tuple[Thing, ...]) -> list[str]:
    return [f"{one.judged.value}: {one.system.value} {one.kind} {one.name}: {one.why}" for one in things]
