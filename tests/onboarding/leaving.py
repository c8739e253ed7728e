"""Tenants that leave, by an identity that may do no more than that."""

from __future__ import annotations

from dataclasses import replace

from dcr.engine.offboarding import Leaving, Level, leaving_tenant, offboard
from dcr.engine.onboarding import Finished
from dcr.engine.run import InThisProcess
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.secret import Secret
from tests.readings.life import at_once
from tests.sandbox_fixture import LivingWorld


def as_offboarder(living: LivingWorld) -> LivingWorld:
    """The same world, reached with Vault's policy `offboard`."""
    role = living.world._operator.roles["dcr-offboard"]
    login = living.settings.vault.model_copy(update={"role_id": role.role_id, "secret_id": Secret(role.secret_id)})
    return replace(living, settings=living.settings.model_copy(update={"vault": login}))


def offboarded(living: LivingWorld, level: Level = Level.EVERYTHING, slug: str = "acme", clock: Clock = REAL_CLOCK) -> Finished:
    """Take the tenant away.

    Args:
        clock: by which deadlines pass; with one set by hand there are few looks before each.
    """
    systems, asked = as_offboarder(living).systems(clock), Leaving(slug, level, "jane", "ACME-2077")
    platform = living.platform if clock is REAL_CLOCK else at_once(living.platform)
    try:
        ctx = living.context(systems, leaving_tenant(systems.vault, asked), platform)
        return offboard(ctx, InThisProcess(sleep=lambda _seconds: None), "test", asked)
    finally:
        systems.close()
