"""SIGKILL for a bare process before and after its writes: the proxy kills it when the write arrives, or when the answer is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.faults import Kind, Timing
from tests.faults.faulty_world import SHORT_LOCK, FaultyWorld, is_write
from tests.sandbox_fixture import TREE

TENANT_FILE = TREE / "examples/tenants/acme.yaml"
PLATFORM_FILE = TREE / "examples/platforms/sandbox.yaml"
CRASHES = {
    kind.name: kind
    for kind in (
        Kind("killed before a write", drop=True, disturb=True),
        Kind("killed after a write", Timing.AFTER, drop=True, disturb=True),
    )
}


def spawn(ready_file: Path, *, platform_file: Path = PLATFORM_FILE, lock: Mapping[str, float] = SHORT_LOCK) -> subprocess.Popen[bytes]:
    """`dcr onboard` as a process of its own, with the settings of a sandbox and this lock."""
    command = [sys.executable, "-m", "cli", "onboard", str(TENANT_FILE), "--platform", str(platform_file), "--ready-file", str(ready_file)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(ready_file.parent), **terms(lock)}
    return subprocess.Popen(command, cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def terms(lock: Mapping[str, float]) -> dict[str, str]:
    """The settings of a lock, for the environment of a run."""
    return {f"DCR_LOCK__{name.upper()}": str(value) for name, value in lock.items()}


Spawn = Callable[[], subprocess.Popen[bytes]]


def killed_at(world: FaultyWorld, kind: Kind, nth: int, started: Spawn | None = None) -> tuple[bool, str]:
    """Onboard in a process that is killed at its nth write; whether it came so far, and how it ended.

    Args:
        started: starts the process; by default `dcr onboard`.
    """
    world.reset()
    process: list[subprocess.Popen[bytes]] = []

    def kill(_system: str, _method: str, _path: str) -> None:
        process[0].send_signal(signal.SIGKILL)
        process[0].wait()

    world.plan.arrange(kind, nth, matches=is_write, disturbance=kill)
    process.append(started() if started else spawn(world.living.ready_file))
    _, said = process[0].communicate()
    met = world.plan.met > 0
    world.plan.clear()
    assert process[0].returncode == (-signal.SIGKILL if met else 0), said.decode()
    return met, "killed" if met else "ok"
