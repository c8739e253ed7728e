"""A run that was suspended for longer than its locks hold sends no write any more, whichever step it is at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import ModuleType

import pytest

from dcr.errors import LostLock
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.portal_binding import auth_strategy, dcr_provider, publication
from sandbox.konnect.state import Application, Provider, Publication, Registration, Strategy
from tests.unit.kong_in_process import KongInProcess
from tests.unit.steps.application.one_application import leaving
from tests.unit.steps.application.portal.test_way_portal import ready, walk
from tests.unit.steps.contexts import FACTS, converged, taken_away
from tests.unit.steps.fake_vault import FakeLocks

Damage = Callable[[KongInProcess], object]
APPLICATION = "tenants/acme/applications/checkout"


class LostLocks(FakeLocks):
    """Each is lost between what a step reads and what it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.held.clear()

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[None]:
        yield


def renamed(kind: type[Provider] | type[Strategy]) -> Damage:
    return lambda kong: setattr(kong.only(kind), "display_name", "Old")


WRITES: dict[str, tuple[ModuleType, str, Damage]] = {
    "POST of a provider": (dcr_provider, "", lambda kong: kong.forget(Provider)),
    "PATCH of a provider": (dcr_provider, "", renamed(Provider)),
    "POST of a strategy": (auth_strategy, "", lambda kong: kong.forget(Strategy)),
    "PATCH of a strategy": (auth_strategy, "", renamed(Strategy)),
    "PUT of a publication": (publication, "Orders v1", lambda kong: setattr(kong.publication("Orders v1"), "visibility", "public")),
    "POST of an application": (application, "checkout", lambda kong: kong.forget(Application)),
    "PATCH of an application": (application, "checkout", lambda kong: setattr(kong.only(Application), "description", "theirs")),
    "POST of a registration": (registrations, "checkout", lambda kong: kong.forget(Registration)),
}
REMOVALS: dict[str, tuple[ModuleType, str]] = {
    "provider": (dcr_provider, ""),
    "strategy": (auth_strategy, ""),
    "application": (application, "checkout"),
    "registrations": (registrations, "checkout"),
}


@pytest.mark.parametrize(("step", "item", "damage"), WRITES.values(), ids=WRITES)
def test_a_write_after_the_lock_was_lost_is_not_sent(step: ModuleType, item: str, damage: Damage) -> None:
    world = ready()
    known = FACTS.merge(walk(world).facts)
    damage(world.kong)
    before = deepcopy(world.vault.kept)
    world.locks = LostLocks()
    world.kong.traffic.clear()

    with pytest.raises(LostLock):
        converged(step, world, known, item)
    assert world.kong.traffic.sent and world.kong.traffic.writes() == []
    assert world.vault.kept == before


@pytest.mark.parametrize(("step", "item"), REMOVALS.values(), ids=REMOVALS)
def test_a_removal_after_the_lock_was_lost_is_not_sent(step: ModuleType, item: str) -> None:
    world = ready()
    known = FACTS.merge(walk(world).facts)
    before = [world.kong.made(kind) for kind in (Provider, Strategy, Publication, Application, Registration)]
    world.locks = LostLocks()
    world.kong.traffic.clear()

    with pytest.raises(LostLock):
        taken_away(step, world, known, item, tenant=leaving() if item == "checkout" else None)
    assert world.kong.traffic.sent and world.kong.traffic.writes() == []
    assert [world.kong.made(kind) for kind in (Provider, Strategy, Publication, Application, Registration)] == before
    assert APPLICATION in world.vault.kept
