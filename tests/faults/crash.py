"""SIGKILL for a bare process before and after its writes: the proxy kills it when the write arrives, or when the answer is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox.faults import Kind, Timing
from tests.faults.errands import PLATFORM_FILE, TENANT_FILE, command
from tests.faults.faulty_world import SHORT_LOCK, FaultyWorld, is_write
from tests.sandbox_fixture import TREE

CRASHES = {
    kind.name: kind
    for kind in (
        Kind("killed before a write", drop=True, disturb=True),
        Kind("killed after a write", Timing.AFTER, drop=True, disturb=True),
    )
}


def spawn(ready_file: Path, *, platform_file: Path = PLATFORM_FILE, lock: Mapping[str, float] = SHORT_LOCK) -> subprocess.Popen[bytes]:
    """`dcr onboard` as a process of its own, with the settings of a sandbox and this lock."""
    asked = [sys.executable, "-m", "cli", "onboard", str(TENANT_FILE), "--platform", str(platform_file), "--ready-file", str(ready_file)]
    return spawn_command(asked, ready_file, lock)


def spawn_command(asked: Sequence[str], ready_file: Path, lock: Mapping[str, float] = SHORT_LOCK) -> subprocess.Popen[bytes]:
    """A process of its own, with this lock."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(ready_file.parent), **terms(lock)}
    return subprocess.Popen(asked, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def terms(lock: Mapping[str, float]) -> dict[str, str]:
    """The settings of a lock, for the environment of a run."""
    return {f"DCR_LOCK__{name.upper()}": str(value) for name, value in lock.items()}


Spawn = Callable[[], subprocess.Popen[bytes]]


def killed_at(world: FaultyWorld, kind: Kind, nth: int, started: Spawn | None = None) -> tuple[bool, str]:
    """Do the errand in a process that is killed at its nth write; whether it came so far, and how it ended.

    Args:
        started: starts the process; by default the errand's command.
    """
    world.begin()
    process: list[subprocess.Popen[bytes]] = []

    def kill(_system: str, _method: str, _path: str) -> None:
        process[0].send_signal(signal.SIGKILL)
        process[0].wait()

    world.plan.arrange(kind, nth, matches=is_write, disturbance=kill)
    process.append(started() if started else spawn_command(command(world.errand, world.living), world.living.ready_file))
    _, said = process[0].communicate()
    met = world.plan.met > 0
    world.plan.clear()
    assert process[0].returncode == (-signal.SIGKILL if met else 0), said.decode()
    return met, "killed" if met else "ok"
