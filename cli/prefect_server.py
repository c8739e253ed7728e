"""A Prefect server of this command's own, quiet and on loopback."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.children import child, free_port, wait_until

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "NO_PROXY": "127.0.0.1,localhost",
}
# A new home costs seconds for what a demo never shows: blocks, schedules, automations (reference/prefect.md section 1).
FAST = {
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}


@contextmanager
def prefect_server(directory: Path, environment: Mapping[str, str]) -> Iterator[tuple[dict[str, str], subprocess.Popen[bytes]]]:
    """Start a server with its home in `directory`.

    Yields:
        the environment in which flows and workers find it, and its process; use `wait_for` before the first flow.
    """
    port = free_port()
    with_server = {
        **environment,
        **QUIET,
        "PREFECT_HOME": str(directory / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    arguments = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with child(arguments, {**with_server, **FAST}, directory / "prefect.log") as process:
        yield with_server, process


def wait_for(environment: Mapping[str, str], process: subprocess.Popen[bytes], directory: Path, *, seconds: float = 90) -> None:
    """Wait until the server answers."""
    url = environment["PREFECT_API_URL"] + "/health"
    wait_until(lambda: _answers(url), process, "Prefect server", directory / "prefect.log", seconds=seconds)


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
