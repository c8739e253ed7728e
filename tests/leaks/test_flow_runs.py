"""After flow runs that succeed, fail at each stage, or are killed, no secret is anywhere but in Vault and in the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dcr.cli.prefect_server import prefect_server, wait_for
from tests.leaks.hunting import Hit, Hunt
from tests.living_world import TREE, LivingWorld

KILLED = -9


@dataclass(slots=True)
class Installation:
    """A Prefect server and the environment of runs, with directories of their own."""

    directory: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, running_world: LivingWorld) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("installation")
    (directory / "tmp").mkdir()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DCR_", "PREFECT_", "VAULT_"))}
    with prefect_server(directory, plain | {"TMPDIR": str(directory / "tmp")}) as (environment, server):
        wait_for(environment, server, directory)
        ours = {
            "DCR_READY_FILE": str(running_world.ready_file),
            "DCR_PLATFORM_FILE": str(TREE / "examples/platforms/sandbox.yaml"),
            "PREFECT_LOGGING_LEVEL": "DEBUG",
            "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",  # more is written than we ask for: it must hold no secret either
        }
        yield Installation(directory, {**environment, **ours})


def run_flow(
    installation: Installation, living: LivingWorld, case: str, *, kill: Callable[[], bool] = lambda: False
) -> tuple[int, list[str]]:
    """Run the flow in a process of its own.

    Returns:
        its exit code, and all secrets that passed.
    """
    folder = installation.directory / "out"
    folder.mkdir(exist_ok=True)
    tap = living.ready_file.parent / f"tap-{len(list(living.ready_file.parent.glob('tap-*')))}"
    tap.touch()
    parts = [living.world.ready[name]["url"] for name in ("konnect", "portal", "gateway", "vault")]
    parts += [living.world.ready["curity"][name] for name in ("admin_url", "runtime_url")]
    ports = [str(urlsplit(url).port) for url in parts]
    command = [sys.executable, "-m", "tests.leaks.tapped", str(tap), str(folder / f"{case}.log"), "onboard_tenant", *ports]
    with (folder / f"{case}.out").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=TREE, env=installation.environment, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"tenant": living.tenant.model_dump(mode="json")}).encode())
        process.stdin.close()
        (folder / f"{case}.cmdline").write_bytes(Path(f"/proc/{process.pid}/cmdline").read_bytes())
        while process.poll() is None:
            if kill():
                process.kill()
            time.sleep(0.05)
    return process.returncode, [json.loads(line) for line in tap.read_text().splitlines()]


def hunted(installation: Installation, living: LivingWorld, secrets: list[str]) -> tuple[Hunt, list[Hit]]:
    """All hits in everything that was written, and in what the sandbox logged."""
    login = [living.world.ready["vault"]["secret_id"], living.world.ready["curity"]["password"], living.world.ready["konnect"]["token"]]
    export = living.world.systems.datastore.export().decode()
    hashes = [part.partition("<")[0] for part in export.split("<secret>")[1:]]
    hunt = Hunt([*secrets, *login, *hashes])
    found = list(hunt.in_directory(installation.directory))
    log = "\n".join(f"{entry.system} {entry.method} {entry.path}" for entry in living.world.log.entries())
    return hunt, found + list(hunt.in_bytes("the sandbox's request log", log.encode()))


def requires_clean(installation: Installation, living: LivingWorld, secrets: list[str], count: Callable[[str, int], None]) -> None:
    hunt, found = hunted(installation, living, secrets)
    count("secrets hunted in all that runs wrote", len(hunt.secrets))
    count("places searched for them", hunt.looked_at)
    assert found == []


def test_a_run_that_succeeds_leaves_no_secret(installation: Installation, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    code, secrets = run_flow(installation, living, "success")
    assert code == 0
    assert len(set(secrets)) > 12
    requires_clean(installation, living, secrets, count)


FAILURES: dict[str, Callable[[LivingWorld], None]] = {
    "preflight": lambda living: living.knobs("konnect", denied=["GET /v3/portals"]),
    "curity configuration": lambda living: living.knobs("curity-admin", denied_writes=["/profiles/profile/token-issuers"]),
    "DCR enablement": lambda living: living.knobs("curity-admin", denied_writes=["/environments"]),
    "portal binding": lambda living: living.knobs("konnect", denied=["POST /v2/application-auth-strategies"]),
    "application": lambda living: living.knobs("konnect", denied=["POST /api/v3/applications"]),
    "smoke test": lambda living: living.knobs("gateway", ignores_identity_provider=True),
}


MARKS = {stage: () if stage in ("portal binding", "smoke test") else (pytest.mark.long,) for stage in FAILURES}


@pytest.mark.parametrize("stage", [pytest.param(stage, marks=MARKS[stage]) for stage in FAILURES])
def test_a_run_that_fails_leaves_no_secret(
    stage: str, installation: Installation, living: LivingWorld, count: Callable[[str, int], None]
) -> None:
    FAILURES[stage](living)
    code, secrets = run_flow(installation, living, stage.replace(" ", "-"))
    assert code == 1
    requires_clean(installation, living, secrets, count)


def test_a_run_that_is_killed_leaves_no_secret(installation: Installation, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    def secret_is_shown() -> bool:
        return any(method == "POST" and path.endswith("/applications") for _, method, path in living.requests("portal"))

    code, secrets = run_flow(installation, living, "killed", kill=secret_is_shown)
    assert code == KILLED
    requires_clean(installation, living, secrets, count)
