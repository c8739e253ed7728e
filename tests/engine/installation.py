"""Prefect with our deployments, pools and automations, serving a living world: what `make up` makes, with everything at hand for a test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML

from deployments.environment import logged_in
from deployments.local import LOGINS, deploy
from deployments.work_pools import WRITING
from tests.engine.prefect_processes import TREE, Api, Child, until

FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
RETRY = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}  # docs/vendors/prefect.md, Retry button
NO_FORM_YET = "Run input schema not found."
RUN_SECONDS = 240.0


@dataclass(slots=True)
class Installation:
    """One server, and the workers that are up."""

    api: Api
    directory: Path
    environment: Mapping[str, str]  # of whoever talks to the server
    ready_file: Path
    tree: Path = TREE  # that workers run from
    workers: dict[str, Child] = field(default_factory=dict)

    @property
    def results(self) -> Path:
        """Where runs keep results."""
        return self.directory / "results"

    def deploy(self) -> None:
        """Pools, deployments and automations, by what we ship."""
        deploy(self.environment)

    def worker(self, pool: str = WRITING) -> Child:
        """The worker of a pool; started if none is up."""
        if pool not in self.workers:
            given = {**self.environment, "DCR_READY_FILE": str(self.ready_file)}
            surroundings = given if pool == WRITING else logged_in(given, self.ready_file, LOGINS[pool])
            log = self.directory / f"{pool}.log"
            self.workers[pool] = Child.start(["prefect", "worker", "start", "--pool", pool], surroundings, log, self.tree)
        return self.workers[pool]

    def lose_worker(self, pool: str = WRITING) -> None:
        """Kill it; the next asking starts another one."""
        self.workers.pop(pool).kill()

    def replace_worker(self, pool: str = WRITING) -> None:
        """Stop it as a rolling restart does, and start another one."""
        self.workers.pop(pool).end()
        self.worker(pool)

    @contextmanager
    def ruled(self, rules: Mapping[str, Any], deadlines: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Runs that start in this block find another platform's file."""
        platform_file(self.directory, rules, deadlines or {})
        try:
            yield
        finally:
            platform_file(self.directory, {}, {})

    def deployment(self, flow: str, name: str) -> Any:
        """What the server knows of a deployment."""
        return self.api.get(f"/deployments/name/{quote(flow)}/{name}")

    def ask(self, flow: str, name: str, parameters: Mapping[str, Any], **more: Any) -> Any:
        """Start a run and return it."""
        body = {"parameters": dict(parameters), **more}
        return self.api.post(f"/deployments/{self.deployment(flow, name)['id']}/create_flow_run", body)

    def onboard(self, tenant: Any, **more: Any) -> str:
        """Start an onboarding, and return its id."""
        return str(self.ask("onboard tenant", "onboard", {"tenant": tenant}, **more)["id"])

    def run(self, run_id: str) -> Any:
        return self.api.get(f"/flow_runs/{run_id}")

    def ended(self, run_id: str, *, attempt: int = 1, seconds: float = RUN_SECONDS) -> Any:
        """The run's state when this attempt of it has ended."""

        def final() -> Any:
            # Counted by their ends: an attempt that fails before the flow begins is not in the run's own count.
            ends = [state for state in self.states(run_id) if state["type"] in FINAL]
            state = self.run(run_id)["state"]
            return state if len(ends) >= attempt and state["type"] in FINAL else None

        return until(f"end {attempt} of run {run_id}", final, seconds=seconds)

    def completed(self, run_id: str, *, attempt: int = 1) -> None:
        """The run completes in this attempt."""
        state = self.ended(run_id, attempt=attempt)
        passed = [f"{one['name']}: {one['message']}" for one in self.states(run_id)]
        assert state["type"] == "COMPLETED", "\n".join(passed)

    def retry(self, run_id: str) -> None:
        """What the button of the dashboard does."""
        self.api.post(f"/flow_runs/{run_id}/set_state", {"state": RETRY, "force": True})

    def waiting(self, run_id: str, *, time: int = 1) -> Any:
        """The run's state when it has suspended for a person, so many times."""

        def suspended() -> Any:
            state = self.run(run_id)["state"]
            assert state["type"] not in FINAL, state["message"]
            times = [one["name"] for one in self.states(run_id)].count("Suspended")
            return state if times >= time and state["name"] == "Suspended" else None

        return until(f"run {run_id} waits for a person", suspended, seconds=RUN_SECONDS)

    def answer(self, run_id: str, **answer: Any) -> Any:
        """What a person fills in, by API; returns the server's word on it. The form is stored only after the run has suspended."""

        def heard() -> Any:
            word = self.api.post(f"/flow_runs/{run_id}/resume", {"run_input": answer})
            return None if (word["details"] or {}).get("reason") == NO_FORM_YET else word

        return until(f"the form of run {run_id}", heard)

    def artifacts(self, key: str) -> list[Any]:
        """All versions under a key, the newest first."""
        found: list[Any] = self.api.post("/artifacts/filter", {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"})
        return found

    def states(self, run_id: str) -> list[Any]:
        """Every state the run has been in."""
        found: list[Any] = self.api.get(f"/flow_run_states/?flow_run_id={run_id}")
        return sorted(found, key=lambda state: state["timestamp"])

    def stop(self) -> None:
        """Kill every worker."""
        for pool in list(self.workers):
            self.lose_worker(pool)


def kill_processes_of(run_id: str) -> int:
    """SIGKILL every process of a flow run, found by what its worker tells it; returns how many there were."""
    killed = 0
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"PREFECT__FLOW_RUN_ID={run_id}".encode() in environ.read_bytes():
                os.kill(int(environ.parent.name), signal.SIGKILL)
                killed += 1
    return killed


def environment(url: str, directory: Path, ready: Mapping[str, str]) -> dict[str, str]:
    """Of everyone who talks to the server: workers, flows, `prefect deploy`."""
    return {
        **ready,
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(directory / "client"),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(directory / "results"),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "DCR_TREE": str(TREE),
        "DCR_PLATFORM_FILE": str(platform_file(directory, {}, {})),
        "DCR_CHECK_SCHEDULE": "false",
        "DCR_LOCK__TTL_SECONDS": "12",
        "DCR_LOCK__SKEW_SECONDS": "1",
    }


def platform_file(directory: Path, rules: Mapping[str, Any], deadlines: Mapping[str, Any]) -> Path:
    """The sandbox's platform with other rules and deadlines; runs that a test holds take longer than the sandbox ever would."""
    yaml = YAML(typ="safe")
    platform = yaml.load((TREE / "examples/platforms/sandbox.yaml").read_text(encoding="utf-8"))
    platform["rules"] |= rules
    platform["deadlines"] |= {"metadata_seconds": 600, **deadlines}
    file = directory / "platform.yaml"
    with file.open("w", encoding="utf-8") as output:
        yaml.dump(platform, output)
    return file
