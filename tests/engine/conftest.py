"""One real Prefect server for all engine tests, deployed to once, with the living world as what its runs reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.installation import Installation
from tests.engine.listener import Listener, listening
from tests.engine.serving import server_cache, serving
from tests.sandbox_fixture import LivingWorld, living, running_world

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
    with serving(
        tmp_path_factory.mktemp("prefect"), server_cache(pytestconfig), running_world.ready_file, listener.variables
    ) as installation:
        yield installation


@pytest.fixture
def prefect(installed: Installation, living: LivingWorld) -> Installation:
    """The server with a world in its initial state, and a worker that writes."""
    installed.worker()
    return installed


@pytest.fixture
def acme(living: LivingWorld) -> Any:
    """The example tenant as JSON."""
    return living.tenant.model_dump(mode="json")
