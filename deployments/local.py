"""Server, workers and sandbox on this machine's loopback: `make up` and `make down`. Both may be repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

TREE = Path(__file__).resolve().parents[1]
RUN = Path(os.environ.get("DCR_UP_DIRECTORY", TREE / "run"))
PORT = int(os.environ.get("DCR_UP_PORT", "4200"))
SANDBOX_PORTS = os.environ.get("DCR_UP_SANDBOX_PORTS", "46000")
POOLS = ("dcr-read", "dcr-write")
START_SECONDS = 90.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the installation."""

    name: str
    arguments: tuple[str, ...]

    @property
    def record(self) -> Path:
        return RUN / f"{self.name}.pid"


SANDBOX = Part("sandbox", ("sandbox", "--ready-file", str(RUN / "sandbox.json"), "--port-base", SANDBOX_PORTS))
SERVER = Part("server", ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(PORT)))
WORKERS = tuple(Part(f"worker-{pool}", ("prefect", "worker", "start", "--pool", pool, "--name", f"{pool}-1")) for pool in POOLS)


def environment() -> dict[str, str]:
    """What every part is started with; a variable that is set already wins, so that a test can make things faster."""
    ours = {
        "PREFECT_HOME": str(RUN / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{PORT}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "NO_PROXY": "127.0.0.1,localhost",
        "DCR_READY_FILE": str(RUN / "sandbox.json"),
        "DCR_PLATFORM_FILE": str(TREE / "examples/platforms/sandbox.yaml"),
        "DCR_TREE": str(TREE),
        "DCR_CHECK_SCHEDULE": "false",
    }
    return {**ours, **os.environ}


def up() -> None:
    """Start what does not run yet, deploy, create the automations, and say where everything is."""
    RUN.mkdir(parents=True, exist_ok=True)
    _start(SANDBOX)
    _start(SERVER)
    _wait("the server", lambda: _answers(f"http://127.0.0.1:{PORT}/api/health"))
    _wait("the sandbox", (RUN / "sandbox.json").exists)
    for pool in POOLS:
        template = str(TREE / "deployments/pools/process.json")
        _run("prefect", "work-pool", "create", pool, "--type", "process", "--base-job-template", template, "--overwrite")
    _run("prefect", "--no-prompt", "deploy", "--all")
    _run("deployments.automations")
    for worker in WORKERS:
        _start(worker)
    sys.stdout.write(
        f"Prefect UI   http://127.0.0.1:{PORT}\n"
        f"Prefect API  http://127.0.0.1:{PORT}/api\n"
        f"Sandbox      {RUN / 'sandbox.json'} (addresses and credentials, readable by you only)\n"
        "Stop it all  make down\n"
    )


def down() -> None:
    """Stop the processes that `up` started, and nothing else. What the server keeps stays in the directory."""
    for part in (*WORKERS, SERVER, SANDBOX):
        _stop(part)


def _start(part: Part) -> None:
    if _pid(part):
        return
    # An own session and default signals: a worker that inherits an ignored SIGINT never stops (reference/prefect.md section 12).
    with (RUN / f"{part.name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", *part.arguments],
            env=environment(),
            cwd=TREE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,  # noqa: PLW1509 - before any thread
        )
    part.record.write_text(json.dumps({"pid": process.pid, "started": _started(process.pid)}))


def _stop(part: Part) -> None:
    pid = _pid(part)
    if pid:
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _pid(part) and time.monotonic() < deadline:
            time.sleep(0.1)
        if _pid(part):
            os.killpg(pid, signal.SIGKILL)
    part.record.unlink(missing_ok=True)


def _pid(part: Part) -> int | None:
    """The part's process if it still is the one that was started: a number may have been given to another since."""
    if not part.record.exists():
        return None
    record = json.loads(part.record.read_text())
    return int(record["pid"]) if _started(record["pid"]) == record["started"] else None


def _started(pid: int) -> str | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]  # the 22nd of the line: start time in clock ticks since boot


def _run(module: str, *arguments: str) -> None:
    ended = subprocess.run(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", module, *arguments], env=environment(), cwd=TREE, check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{ended.stdout}{ended.stderr}")


def _wait(what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not start within {START_SECONDS:g} s; its log is in {RUN}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
