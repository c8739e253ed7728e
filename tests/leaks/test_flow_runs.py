"""After flow runs that succeed, fail at each stage, or are killed, no secret is anywhere but in Vault and in the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deployments.environment import BRIEF, PRIVATE
from tests.engine.installation import platform_file
from tests.engine.prefect_processes import migrated_home, plain_environment, start_server, until
from tests.engine.serving import server_cache
from tests.leaks.hunting import Hit, Hunt
from tests.leaks.known import held_by, ports_of
from tests.leaks.leaky_flow import PLACES
from tests.leaks.test_witnessed_values import tapped
from tests.leaks.watching import watch
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import TREE, LivingWorld

KILLED = -9


@dataclass(slots=True)
class Installation:
    """A Prefect server and the environment of runs, with directories of their own."""

    directory: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, running_world: LivingWorld
) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("installation")
    (directory / "tmp").mkdir()
    temporary = {"TMPDIR": str(directory / "tmp")}
    home = migrated_home(server_cache(pytestconfig), directory)
    server, url = start_server(home, directory / "prefect.log", {**BRIEF, **temporary})
    ours = {
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(home),
        "DCR_READY_FILE": str(running_world.ready_file),
        "DCR_PLATFORM_FILE": str(TREE / "examples/platforms/sandbox.yaml"),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",  # more is written than we ask for: it must hold no secret either
    }
    try:
        yield Installation(directory, {**plain_environment(), **PRIVATE, **temporary, **ours})
    finally:
        server.kill()


@dataclass(frozen=True, slots=True)
class Ordered:
    """A flow, its parameters, and where it finds its platform and its login if not where all do."""

    flow: str
    parameters: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)


def run_flow(
    installation: Installation, living: LivingWorld, case: str, ordered: Ordered | None = None, *, kill: Callable[[], bool] = lambda: False
) -> tuple[int, list[str]]:
    """Run the flow in a process of its own.

    Args:
        ordered: by default the onboarding of the example tenant.

    Returns:
        its exit code, and all secrets that passed.
    """
    ordered = ordered or Ordered("onboard_tenant", {"tenant": living.tenant.model_dump(mode="json")})
    folder = installation.directory / "out"
    folder.mkdir(exist_ok=True)
    tap = living.ready_file.parent / f"tap-{len(list(living.ready_file.parent.glob('tap-*')))}"
    tap.touch()
    ports = map(str, ports_of(living))
    command = [sys.executable, "-m", "tests.leaks.tapped", str(tap), str(folder / f"{case}.log"), ordered.flow, *ports]
    surroundings = {**installation.environment, **ordered.environment}
    with (folder / f"{case}.out").open("wb") as output:
        process = subprocess.Popen(command, cwd=TREE, env=surroundings, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
        assert process.stdin is not None
        process.stdin.write(json.dumps(ordered.parameters).encode())
        process.stdin.close()
        code = watch(process, folder / f"{case}-processes", kill=kill)
    return code, [json.loads(line) for line in tap.read_text().splitlines()]


def hunted(installation: Installation, living: LivingWorld, secrets: list[str]) -> tuple[Hunt, list[Hit]]:
    """All hits in everything that was written, and in what the sandbox logged."""
    hunt = Hunt([*secrets, *held_by(living)])
    found = list(hunt.in_directory(installation.directory))
    return hunt, found + list(hunt.in_bytes("the sandbox's request log", repr(living.world.log.entries()).encode()))


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


def as_offboarder(living: LivingWorld) -> dict[str, str]:
    """The login of the pool that removes, beside the ready file and as well hidden."""
    ready = json.loads(living.ready_file.read_text(encoding="utf-8"))
    ready["vault"] |= {name: ready["vault"][f"offboard_{name}"] for name in ("role_id", "secret_id")}
    file = living.ready_file.with_name("offboarder.json")
    file.write_text(json.dumps(ready), encoding="utf-8")
    return {"DCR_READY_FILE": str(file)}


def offboarding(_: Installation, living: LivingWorld) -> Ordered:
    return Ordered("offboard_tenant", {"slug": "acme", "requested_by": "jane", "ask_a_person": False}, as_offboarder(living))


def offboarding_that_konnect_refuses(installation: Installation, living: LivingWorld) -> Ordered:
    living.knobs("konnect", denied=["DELETE /v3/apis/"])
    return offboarding(installation, living)


def dismantling(_: Installation, living: LivingWorld) -> Ordered:
    assert offboarded(living).error is None
    return Ordered("dismantle_platform", {"ask_a_person": False}, as_offboarder(living))


def dismantling_too_early(_: Installation, living: LivingWorld) -> Ordered:
    return Ordered("dismantle_platform", {"ask_a_person": False}, as_offboarder(living))


def shrinking_onboarding(installation: Installation, living: LivingWorld) -> Ordered:
    """One API and one of two applications are no longer asked for."""
    directory = installation.directory / "shrinking"
    directory.mkdir(exist_ok=True)
    tenant = living.tenant.model_dump(mode="json")
    tenant["apis"], tenant["applications"] = tenant["apis"][:1], [tenant["applications"][0] | {"apis": [tenant["apis"][0]["name"]]}]
    given = {"DCR_PLATFORM_FILE": str(platform_file(directory, {"removal": "apply"}, {}))}
    return Ordered("onboard_tenant", {"tenant": tenant}, given)


REMOVALS: dict[str, tuple[Callable[[Installation, LivingWorld], Ordered], int]] = {
    "offboarding": (offboarding, 0),
    "offboarding that Konnect refuses": (offboarding_that_konnect_refuses, 1),
    "dismantling": (dismantling, 0),
    "dismantling too early": (dismantling_too_early, 1),
    "shrinking onboarding": (shrinking_onboarding, 0),
}
"""What is prepared and ordered -> exit code."""


@pytest.mark.parametrize("case", REMOVALS)
def test_a_run_that_takes_away_leaves_no_secret(
    case: str, installation: Installation, living: LivingWorld, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None]
) -> None:
    """Neither of those that pass now, nor of those that passed when the tenant came."""
    earlier = tapped(monkeypatch)
    assert living.onboard().error is None
    prepare, expected = REMOVALS[case]
    ordered = prepare(installation, living)
    code, secrets = run_flow(installation, living, case.replace(" ", "-"), ordered)
    assert code == expected
    assert len(set(secrets)) > 3
    requires_clean(installation, living, [*earlier, *secrets], count)


def test_an_offboarding_that_is_killed_leaves_no_secret(
    installation: Installation, living: LivingWorld, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None]
) -> None:
    earlier = tapped(monkeypatch)
    assert living.onboard().error is None

    def something_is_gone() -> bool:
        return any(method == "DELETE" for _, method, _ in living.requests("konnect", "portal"))

    code, secrets = run_flow(installation, living, "killed-offboarding", offboarding(installation, living), kill=something_is_gone)
    assert code == KILLED
    requires_clean(installation, living, [*earlier, *secrets], count)


def test_a_leak_into_any_place_of_a_real_installation_is_found(installation: Installation, tmp_path: Path) -> None:
    """A test of the tests above, and the last one here: what it plants stays."""
    secret = tmp_path / "secret"
    secret.write_text("S3cret+/value=with%signs&more")
    process = subprocess.Popen([sys.executable, "-m", "tests.leaks.leaky_flow", str(secret)], cwd=TREE, env=installation.environment)
    assert watch(process, tmp_path / "processes") == 1
    hunt = Hunt([secret.read_text()])

    def places() -> set[str]:
        return {hit.place for hit in hunt.in_directory(installation.directory)}

    # The server writes events and the states of tasks a moment later.
    until("every table with the leak", lambda: places() >= set(PLACES))
    assert [place for place in places() if place.endswith(".leak")]
    assert [place for place in places() if "/storage/" in place]
