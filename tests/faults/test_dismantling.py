"""Killed before and after each of its writes, a dismantling is ended by the next one: what was there before the platform is there again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from dcr.engine.onboarding import onboard
from dcr.engine.run import InThisProcess
from dcr.steps.context import StepContext
from dcr.systems import build_systems
from sandbox.faults import Kind
from tests.faults.crash import CRASHES, terms
from tests.faults.errands import PLATFORM_FILE
from tests.faults.faulty_world import SHORT_LOCK, WRITES, FaultyWorld
from tests.onboarding.test_dismantling import Snapshot, snapshot
from tests.sandbox_fixture import TREE


def of_its_own(_system: str, method: str, path: str) -> bool:
    """Count writes but those of locks and logins."""
    return method in WRITES and not path.endswith(("/lock", "/login", "/capabilities-self"))


def prepared(world: FaultyWorld) -> Snapshot:
    """What was there before the platform was prepared."""
    world.reset()
    before = snapshot(world.living)
    systems = build_systems(world.patient, world.platform)
    try:
        ctx = StepContext(systems, systems.platform, None)
        assert not onboard(ctx, InThisProcess(sleep=lambda _seconds: None), "preparing").failure
    finally:
        systems.close()
    return before


def spawn(world: FaultyWorld) -> subprocess.Popen[bytes]:
    ready_file = world.living.ready_file
    command = [sys.executable, "-m", "cli", "dismantle", "--yes", "--platform", str(PLATFORM_FILE), "--ready-file", str(ready_file)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(ready_file.parent), **terms(SHORT_LOCK)}
    return subprocess.Popen(command, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_at(world: FaultyWorld, kind: Kind, nth: int) -> bool:
    """Whether it came so far."""
    process: list[subprocess.Popen[bytes]] = []

    def kill(_system: str, _method: str, _path: str) -> None:
        process[0].send_signal(signal.SIGKILL)
        process[0].wait()

    world.plan.arrange(kind, nth, matches=of_its_own, disturbance=kill)
    process.append(spawn(world))
    _, said = process[0].communicate()
    met = world.plan.met > 0
    world.plan.clear()
    assert process[0].returncode == (-signal.SIGKILL if met else 0), said.decode()
    return met


@pytest.mark.parametrize("kind", CRASHES.values(), ids=CRASHES)
def test_a_killed_dismantling_is_ended_by_the_next(faulty: FaultyWorld, kind: Kind, count: Callable[[str, int], None]) -> None:
    nth = 0
    while True:
        before = prepared(faulty)
        nth += 1
        if not killed_at(faulty, kind, nth):
            break
        ended = spawn(faulty)
        _, said = ended.communicate()
        assert ended.returncode == 0, said.decode()
        found = snapshot(faulty.living)
        assert replace(found, vault=before.vault) == before, f"after write {nth}"
        assert not any(found.vault.values()), f"after write {nth}"
    assert nth > 10
    count(f"dismantlings {kind.name}", nth - 1)
