"""`dcr inventory`: what is left behind is found, what lives is never called an orphan, and nothing is claimed of what could not be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcr.inventory.taking import take_inventory
from dcr.inventory.thing import Inventory, Judgement, Thing
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


def test_after_an_onboarding_everything_is_ours_or_foreign(living: LivingWorld) -> None:
    assert not living.onboard().failure
    found = taken(living)
    assert told(found.of(Judgement.ORPHAN, Judgement.SECRET_MISSING, Judgement.UNKNOWN)) == []
    ours = {(one.system.value, one.kind) for one in found.of(Judgement.OURS)}
    assert ours == {
        ("vault", "accepted tenant"),
        ("vault", "application record"),
        ("vault", "publication record"),
        ("vault", "initial client"),
        ("konnect", "DCR provider"),
        ("konnect", "auth strategy"),
        ("konnect", "application"),
        ("konnect", "registration"),
        ("konnect", "publication"),
        ("curity", "client"),
    }
    assert found.verdict.value == "ok"
