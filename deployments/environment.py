"""The environment of each part of a local installation. Where things are is ours to say; how fast they are may be said from outside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dcr.secret import Secret
from dcr.settings.model import variable
from dcr.settings.ready_file import SandboxLogin, settings_in

TREE = Path(__file__).resolve().parents[1]
# A shell may be set up for another server or another Vault: nothing of that may reach this installation.
FOREIGN = ("DCR_", "PREFECT_", "VAULT_")
# Nothing of what runs here is told to anybody.
PRIVATE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "NO_PROXY": "127.0.0.1,localhost",
}
# A server that lives for minutes: a new home costs seconds for blocks, schedules and automations that nobody uses, and only errors are
# worth a line (docs/vendors/prefect.md, Server start).
BRIEF = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}
FROM_OUTSIDE = (
    "DCR_ALERT_WEBHOOK_URL",
    "DCR_ALERT_WEBHOOK_PRIVATE",
    "DCR_CHECK_SCHEDULE",
    "DCR_PLATFORM_FILE",
    "DCR_LOCK__TTL_SECONDS",
    "PREFECT_LOGGING_LEVEL",
    "PREFECT_WORKER_QUERY_SECONDS",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where everything is."""

    directory: Path
    port: int
    sandbox_port_base: int = 46000

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server_arguments(self) -> tuple[str, ...]:
        """Prefect's API, UI and services, as a module with its arguments."""
        return ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))

    @property
    def ready_file(self) -> Path:
        return self.directory / "sandbox.json"


def installation(surroundings: Mapping[str, str] = os.environ) -> Installation:
    """As DCR_UP_DIRECTORY, DCR_UP_PORT and DCR_UP_SANDBOX_PORTS say; by default `run/`, 4200, and from 46000."""
    return Installation(
        directory=Path(surroundings.get("DCR_UP_DIRECTORY", TREE / "run")).resolve(),
        port=int(surroundings.get("DCR_UP_PORT", "4200")),
        sandbox_port_base=int(surroundings.get("DCR_UP_SANDBOX_PORTS", "46000")),
    )


def environment(place: Installation, surroundings: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What every part is started with."""
    defaults = {
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "DCR_PLATFORM_FILE": str(TREE / "examples/platforms/sandbox.yaml"),
        "DCR_CHECK_SCHEDULE": "false",
    }
    fixed = {
        "PREFECT_HOME": str(place.directory / "prefect"),
        "PREFECT_API_URL": f"{place.url}/api",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "DCR_TREE": str(TREE),
        "DCR_READY_FILE": str(place.ready_file),
    }
    plain = {name: value for name, value in surroundings.items() if not name.startswith(FOREIGN)}
    given = {name: surroundings[name] for name in FROM_OUTSIDE if name in surroundings}
    return {**plain, **defaults, **given, **PRIVATE, **fixed}


def logged_in(given: Mapping[str, str], ready_file: Path, login: SandboxLogin) -> dict[str, str]:
    """The same for a worker with a login of its own: it never sees the ready file, and what its policy allows is all it can do.

    Addresses and certificates are given one by one, as they are on a real installation (docs/settings.md).
    """
    parts = settings_in(ready_file, login)
    told = {variable(part, name): _plain(value) for part, values in parts.items() for name, value in values.items()}
    return {name: value for name, value in given.items() if name != "DCR_READY_FILE"} | told


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, Secret) else str(value)
