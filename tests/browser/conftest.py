"""One Prefect server with its dashboard for all browser tests, a worker that writes, and a window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.dashboard import CHROMIUM, Dashboard, window
from tests.engine.installation import Installation
from tests.engine.serving import server_cache, serving
from tests.sandbox_fixture import LivingWorld, living, running_world

__all__ = ["living", "running_world"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, running_world: LivingWorld) -> Iterator[Installation]:
    """Server with dashboard, pools, deployments and automations."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    with serving(tmp_path_factory.mktemp("prefect"), server_cache(pytestconfig), running_world.ready_file, {}, ui=True) as installation:
        yield installation


@pytest.fixture
def prefect(installed: Installation, living: LivingWorld) -> Installation:
    """The server with a world in its initial state, and a worker that writes."""
    installed.worker()
    return installed


@pytest.fixture
def dashboard(installed: Installation) -> Iterator[Dashboard]:
    """A window at the server's dashboard."""
    with window(str(installed.api.client.base_url)) as opened:
        yield opened


@pytest.fixture
def acme(living: LivingWorld) -> Any:
    """The example tenant as JSON."""
    return living.tenant.model_dump(mode="json")
