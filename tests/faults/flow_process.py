"""Flow runs as processes of their own, at a Prefect server that was started for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from dcr.results.report import Orphan
from deployments.environment import BRIEF, PRIVATE
from tests.engine.prefect_processes import PROMPT, Api, migrated_home, plain_environment, start_server
from tests.faults.crash import terms
from tests.faults.errands import PLATFORM_FILE, TENANT_FILE
from tests.faults.faulty_world import SHORT_LOCK
from tests.sandbox_fixture import TREE, LivingWorld


@dataclass(slots=True)
class PrefectServer:
    """One server, and how runs find it."""

    url: str
    directory: Path
    runs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def spawn(self, living: LivingWorld, *, lock: Mapping[str, float] = SHORT_LOCK) -> subprocess.Popen[bytes]:
        """Start a run of the flow "onboard tenant" for the example tenant, in one process with its command."""
        surroundings = {
            **plain_environment(),
            **PRIVATE,
            **terms(lock),
            "PREFECT_API_URL": self.url,
            "PREFECT_HOME": str(self.directory / "client"),
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "DCR_READY_FILE": str(living.ready_file),
            "DCR_PLATFORM_FILE": str(PLATFORM_FILE),
        }
        command = [sys.executable, "-m", "cli", "onboard", str(TENANT_FILE), "--prefect"]
        process = subprocess.Popen(command, cwd=TREE, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.runs.append(process)
        return process

    def named(self) -> list[Orphan]:
        """What the last run's report may name: its lines, as people read them. A run that failed leaves no other."""
        wanted = {"artifacts": {"key": {"any_": ["tenant-acme"]}}, "sort": "CREATED_DESC", "limit": 1}
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            found = Api(client).post("/artifacts/filter", wanted)
        lines = str(found[0]["data"]).splitlines() if found else []
        return [Orphan(system="curity", what=line, since="", remedy="") for line in lines]


@contextmanager
def prefect_server(cache: Path, directory: Path) -> Iterator[PrefectServer]:
    """A server with a home of its own, until the block ends.

    Args:
        cache: keeps a home with a migrated database for the next test run.
    """
    started, url = start_server(migrated_home(cache, directory), directory / "server.log", {**PROMPT, **BRIEF})
    try:
        yield PrefectServer(url, directory)
    finally:
        started.kill()
