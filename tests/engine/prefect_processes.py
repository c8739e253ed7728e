"""A real Prefect server and workers for tests, as processes on loopback. Nothing of them outlives the test session."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deployments.environment import PRIVATE
from deployments.processes import free_port

Found = TypeVar("Found")

TREE = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.2
START_SECONDS = 300.0  # a first start migrates the database: half a minute of a core, and minutes where many want it
BUSY = frozenset({502, 503})
LACONIC = {"PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_SERVER_LOGGING_LEVEL": "ERROR"}
# What a server on SQLite needs to answer soon, and its services to look often (docs/vendors/prefect.md, Server start, Automations, Costs).
PROMPT = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}


def until(what: str, look: Callable[[], Found | None], *, seconds: float = START_SECONDS) -> Found:
    """Look until there is something; how long it took is no matter, that it never comes is."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(POLL_SECONDS)
    return found


def interpreter(tree: Path) -> str:
    """Ours for our own tree, else the one that was set up in it."""
    return sys.executable if tree == TREE else str(tree / ".venv/bin/python")


@dataclass(slots=True)
class Child:
    """One process and all it starts in its session."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, arguments: list[str], environment: Mapping[str, str], log: Path, tree: Path = TREE) -> Child:
        """Start a module of this tree, with the tree's own interpreter."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                [interpreter(tree), "-m", *arguments],
                env=dict(environment),
                cwd=tree,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, log)

    def kill(self) -> None:
        """End it at once, as a machine that is switched off does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Ask it to stop, and wait."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


@dataclass(slots=True)
class Api:
    """The server's REST API, asked again where SQLite was busy."""

    client: httpx.Client

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One call and its answer, whatever that says."""

        def asked() -> httpx.Response | None:
            try:
                answer = self.client.request(method, path, json=body)
            except httpx.TransportError:
                return None
            return None if answer.status_code in BUSY else answer

        return until(f"{method} {path}", asked)

    def get(self, path: str) -> Any:
        """What is there."""
        return self.call("GET", path).raise_for_status().json()

    def post(self, path: str, body: object) -> Any:
        """What an accepted call answers."""
        answer = self.call("POST", path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


def plain_environment() -> dict[str, str]:
    """The surroundings without anything that would steer Prefect, Vault or us."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DCR_", "PREFECT_", "VAULT_", "PYTEST_"))}


def start_server(home: Path, log: Path, more: Mapping[str, str], tree: Path = TREE) -> tuple[Child, str]:
    """Start a server and wait until its database answers; returns it with the URL of its API."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {**plain_environment(), **PRIVATE, **LACONIC, **more, "PREFECT_HOME": str(home), "PREFECT_API_URL": url}
    child = Child.start(["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)], environment, log, tree)

    def ready() -> bool:
        assert child.process.poll() is None, log.read_text()
        try:
            return httpx.get(f"{url}/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        until("the Prefect server", ready)
    except BaseException:
        child.kill()
        raise
    return child, url


def migrated_home(cache: Path, directory: Path) -> Path:
    """A copy of a home with a migrated database, which is made once per version: migrating takes longer than all the rest of a start."""
    template, home = cache / "home", directory / "home"
    if not template.exists():
        fresh = directory / "fresh"
        fresh.mkdir()
        server, _ = start_server(fresh, directory / "first.log", PROMPT)
        server.end()
        shutil.copytree(fresh, cache / f"copy-{os.getpid()}")
        (cache / f"copy-{os.getpid()}").replace(template)
    shutil.copytree(template, home)
    return home
