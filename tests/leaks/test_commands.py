"""What the command line prints, also with `--json`, what its processes are called with, and what anybody logs at DEBUG: no secret."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.faulty_world import KINDS, FaultyWorld
from tests.leaks.hunting import Hunt
from tests.leaks.known import held_by, ports_of
from tests.leaks.test_witnessed_values import tapped
from tests.leaks.watching import watch
from tests.sandbox_fixture import TREE, LivingWorld

TENANT, PLATFORM = TREE / "examples/tenants/acme.yaml", TREE / "examples/platforms/sandbox.yaml"
COMMANDS = {
    "plan --json": 2,
    "plan --format curity-xml": 0,
    "onboard --json": 0,
    "onboard": 0,
    "diagnose": 0,
    "inventory": 0,
    "inventory --json": 0,
    "offboard --plan --json": 2,
    "offboard --level access --yes": 0,
    "offboard --yes --json": 0,
    "dismantle --plan --json": 2,
    "dismantle --yes": 0,
}
"""One after the other on one sandbox -> exit code."""
ABOUT: dict[str, tuple[str, ...]] = {"inventory": ("acme",), "offboard": ("acme",), "dismantle": ()}
"""What a command is about, where that is not the tenant's file."""


class Commands:
    """Runs them against a sandbox and keeps all that they print, and the secrets that pass."""

    def __init__(self, living: LivingWorld, directory: Path) -> None:
        self._living, self.directory, self._tap = living, directory, living.ready_file.parent / "tap-of-commands"
        self._tap.write_text("")

    def run(self, command: str) -> int:
        """One command, as a person types it."""
        notes = self.directory / command.replace(" ", "-")
        name, *options = command.split()
        given = [sys.executable, "-m", "cli", name, *ABOUT.get(name, (str(TENANT),)), *options, "--platform", str(PLATFORM)]
        surroundings = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "TMPDIR": str(self.directory),
            "PYTHONPATH": f"{Path(__file__).parent}:{TREE}",
            "DCR_TESTS_TAP": str(self._tap),
            "DCR_TESTS_TAP_PORTS": ",".join(map(str, ports_of(self._living))),
            "DCR_READY_FILE": str(self._living.ready_file),
        }
        with (self.directory / "printed").open("ab") as printed:
            process = subprocess.Popen(
                given, cwd=TREE, env=surroundings, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
            )
            return watch(process, notes)

    def secrets(self) -> list[str]:
        """All that passed, and what the sandbox holds."""
        return [*(json.loads(line) for line in self._tap.read_text().splitlines()), *held_by(self._living)]


@pytest.fixture
def commands(living: LivingWorld, tmp_path: Path) -> Iterator[Commands]:
    yield Commands(living, tmp_path)


def test_no_command_prints_or_leaves_a_secret(commands: Commands, count: Callable[[str, int], None]) -> None:
    assert {command: commands.run(command) for command in COMMANDS} == COMMANDS, (commands.directory / "printed").read_text()
    hunt = Hunt(commands.secrets())
    assert len(hunt.secrets) > 12
    assert list(hunt.in_directory(commands.directory)) == []
    count("secrets hunted in what commands print and their processes show", len(hunt.secrets))


@pytest.mark.parametrize("kind", ["500, applied", "truncated JSON", "401", "redirect elsewhere"])
def test_no_logger_of_any_library_is_told_a_secret(
    faulty: FaultyWorld, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None], kind: str
) -> None:
    """Of ours, of the sandbox's systems and of its proxies, all in this process, with a fault in the middle."""
    secrets = tapped(monkeypatch)
    faulty.plan.arrange(KINDS[kind], 60)
    with caplog.at_level(logging.DEBUG):
        error = faulty.onboard().error
    assert faulty.plan.met == 1
    hunt = Hunt([*secrets, *held_by(faulty.living)])
    assert list(hunt.in_bytes("logs", caplog.text.encode())) == []
    assert list(hunt.in_bytes("requests", repr(faulty.living.world.log.entries()).encode())) == []
    assert list(hunt.in_bytes("plan of the proxies", repr(faulty.plan).encode())) == []
    assert list(hunt.in_bytes("error", repr(error).encode())) == []
    count("lines of log searched for secrets", len(caplog.records))
