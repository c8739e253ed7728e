"""A whole sandbox for tests, one for a test process, set back before each test; every exchange with Konnect and the portal is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dcr.documents.loading import load_platform, load_tenant
from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.settings.model import Settings, addressed, load_settings
from dcr.steps.context import StepContext
from dcr.systems import Systems, build_systems
from sandbox.ready_file import write_ready_file
from sandbox.world import World, WorldOptions
from tests.contract.judge import JUDGED, Judge
from tests.reference import REFERENCE

TREE = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class LivingWorld:
    """The sandbox, and our side of it as it would be on a worker."""

    world: World
    ready_file: Path
    platform: Platform
    tenant: Tenant
    settings: Settings
    judge: Judge | None

    def systems(self, clock: Clock = REAL_CLOCK) -> Systems:
        """Clients of their own, as another process would have them; close them."""
        return build_systems(self.settings, self.platform, clock)

    def context(self, systems: Systems, tenant: Tenant | None = None, platform: Platform | None = None) -> StepContext:
        """For the example tenant, or another."""
        return StepContext(systems, platform or systems.platform, tenant or self.tenant)

    def onboard(
        self, tenant: Tenant | None = None, platform: Platform | None = None, label: str = "test", clock: Clock = REAL_CLOCK
    ) -> Finished:
        """Onboard in this process, with clients of its own; nothing sleeps longer than a hundredth of a second.

        Args:
            clock: by which deadlines pass; one set by hand lets a world that never comes right fail at once.
        """
        systems = self.systems(clock)
        try:
            return onboard(self.context(systems, tenant, platform), InThisProcess(sleep=lambda _seconds: None), label)
        finally:
            systems.close()

    def requests(self, *systems: str, caller: str = "client") -> list[tuple[str, str, str]]:
        """(system, method, path) of what was asked since the last reset or `forget`."""
        found = [entry for entry in self.world.log.entries(caller=caller) if not systems or entry.system in systems]
        return [(entry.system, entry.method, entry.path) for entry in found]

    def forget_requests(self) -> None:
        """Count anew from here."""
        self.world.log.clear()

    def state(self, system: str) -> dict[str, Any]:
        """What a system holds."""
        return dict(self.world.systems.controlled()[system].snapshot())

    def knobs(self, system: str, **values: Any) -> None:
        """Make a system misbehave; the next reset sets it right."""
        self.world.systems.controlled()[system].set_knobs(values)


def start(directory: Path, options: WorldOptions | None = None, *, judged: bool = True) -> Iterator[LivingWorld]:
    """A world with the example platform and tenant, stopped at the end."""
    options = options or WorldOptions()
    judge = Judge(REFERENCE / "konnect", {}) if judged and REFERENCE else None
    if judge:
        options = replace(options, middlewares=[*options.middlewares, judge.middleware])
    with World(options) as world:
        if judge:
            judge.readings = world.readings
        ready_file = directory / "sandbox.json"
        write_ready_file(ready_file, world.ready)
        settings = load_settings(ready_file=ready_file)
        platform = addressed(load_platform(TREE / "examples/platforms/sandbox.yaml"), settings)
        tenant = load_tenant(TREE / "examples/tenants/acme.yaml")
        yield LivingWorld(world, ready_file, platform, tenant, settings, judge)


@pytest.fixture(scope="session")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingWorld]:
    """One sandbox for the whole test process."""
    yield from start(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def living(running_world: LivingWorld, count: Callable[[str, int], None]) -> Iterator[LivingWorld]:
    """The sandbox in its initial state. At the end no exchange may have broken the vendors' documents."""
    running_world.world.reset()
    if running_world.judge:
        running_world.judge.clear()
    yield running_world
    if running_world.judge:
        count(JUDGED, running_world.judge.judged.total())
        violations = sorted(set(running_world.judge.violations))
        assert violations == []
