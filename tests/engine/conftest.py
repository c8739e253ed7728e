"""One real Prefect server for all engine tests, deployed to once, with the living world as what its runs reach."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import httpx
import pytest

from tests.engine.installation import Installation, environment
from tests.engine.listener import Listener, listening
from tests.engine.prefect_processes import PROMPT, Api, migrated_home, plain_environment, start_server
from tests.living_world import LivingWorld, living, running_world

__all__ = ["living", "running_world"]


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """Whom the automations tell."""
    with listening() as someone:
        yield someone


@pytest.fixture(scope="session")
def installed(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, running_world: LivingWorld, listener: Listener
) -> Iterator[Installation]:
    """Server, pools, deployments and automations."""
    directory = tmp_path_factory.mktemp("prefect")
    cache = pytestconfig.cache
    assert cache is not None
    home = migrated_home(cache.mkdir(f"prefect-{version('prefect')}"), directory)
    given = PROMPT | {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false", "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false"}
    server, url = start_server(home, directory / "server.log", given)
    alerts = {"DCR_ALERT_WEBHOOK_URL": listener.url, "DCR_ALERT_WEBHOOK_PRIVATE": "true"}
    surroundings = environment(url, directory, plain_environment() | alerts)
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        installation = Installation(Api(client), directory, surroundings, running_world.ready_file)
        try:
            installation.deploy()
            yield installation
        finally:
            installation.stop()
            server.kill()


@pytest.fixture
def prefect(installed: Installation, living: LivingWorld) -> Installation:
    """The server with a world in its initial state, and a worker that writes."""
    installed.worker()
    return installed


@pytest.fixture
def acme(living: LivingWorld) -> Any:
    """The example tenant as JSON."""
    return living.tenant.model_dump(mode="json")
