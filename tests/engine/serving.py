"""Starts a Prefect server, deploys to it what we ship, and stops all of it at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from tests.engine.installation import Installation, environment
from tests.engine.prefect_processes import PROMPT, Api, migrated_home, plain_environment, start_server

# The database is a copy that was migrated before; blocks that ship with Prefect are not used.
PREPARED = {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false", "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false"}


def server_cache(config: pytest.Config) -> Path:
    """Where this version's migrated database is kept from one session to the next."""
    cache = config.cache
    assert cache is not None
    return cache.mkdir(f"prefect-{version('prefect')}")


@contextmanager
def serving(directory: Path, cache: Path, ready_file: Path, told: Mapping[str, str], *, ui: bool = False) -> Iterator[Installation]:
    """Server, pools, deployments and automations, for runs that reach the world of this ready file.

    Args:
        directory: for everything this installation writes.
        cache: where the migrated database is kept from one session to the next.
        told: variables about whom the automations tell, `DCR_ALERT_...`.
        ui: whether the server has the dashboard.
    """
    home = migrated_home(cache, directory)
    given = {**PROMPT, **PREPARED, "PREFECT_SERVER_UI_ENABLED": str(ui).lower()}
    server, url = start_server(home, directory / "server.log", given)
    surroundings = environment(url, directory, {**plain_environment(), **told})
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        installation = Installation(Api(client), directory, surroundings, ready_file)
        try:
            installation.deploy()
            yield installation
        finally:
            installation.stop()
            server.kill()
