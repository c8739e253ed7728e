"""The whole job on the embedded sandbox: what `make demo` runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from deployments.environment import BRIEF, TREE, Installation, environment
from deployments.processes import answers, child, free_port, wait_for_child

TENANT = "examples/tenants/acme.yaml"
PLATFORM = "examples/platforms/sandbox.yaml"
START_SECONDS = 300.0  # a busy machine migrates the server's database slowly
NO_CHANGES, SOME_CHANGES = 0, 2  # exit codes of `dcr plan`


def demo(
    curity_config: Path | None = typer.Option(None, help="A Curity configuration export to start from, instead of the shipped one."),
) -> None:
    """Onboard the example tenant on a sandbox, twice: from nothing, and again with nothing left to change.

    Starts a sandbox (Curity, Konnect, portal, gateway, a real Vault) and a Prefect server on loopback, runs the commands that a person
    would type, and stops everything again. Needs no network.
    """
    with tempfile.TemporaryDirectory(prefix="dcr-demo-") as scratch:
        place = Installation(Path(scratch), free_port())
        given = {**environment(place), **BRIEF, "DCR_PLATFORM_FILE": PLATFORM, "DCR_PREFECT": "1"}
        systems = ["sandbox", "--ready-file", str(place.ready_file)]
        systems += ["--curity-config", str(curity_config.resolve())] if curity_config else []
        sandbox_log, server_log = place.directory / "sandbox.log", place.directory / "server.log"
        typer.echo("Starting a sandbox and a Prefect server on loopback ...")
        with child(place.server_arguments, given, server_log) as api, child(systems, given, sandbox_log) as sandbox:
            wait_for_child(sandbox, place.ready_file.exists, "sandbox", sandbox_log, START_SECONDS)
            wait_for_child(api, lambda: answers(f"{given['PREFECT_API_URL']}/health"), "Prefect server", server_log, START_SECONDS)
            _show(given)


def _show(environment: Mapping[str, str]) -> None:
    _type(["validate", PLATFORM, TENANT], environment, 0)
    _type(["plan", TENANT], environment, SOME_CHANGES)
    _type(["onboard", TENANT], environment, 0)
    _type(["onboard", TENANT], environment, 0)
    _type(["plan", TENANT], environment, NO_CHANGES)


def _type(arguments: list[str], environment: Mapping[str, str], expected: int) -> None:
    typer.echo(f"\n$ dcr {' '.join(arguments)}")
    sys.stdout.flush()
    ended = subprocess.run([sys.executable, "-m", "cli", *arguments], env=dict(environment), cwd=TREE, check=False)  # noqa: S603 - our own
    if ended.returncode != expected:
        typer.echo(f"dcr {arguments[0]} ended with {ended.returncode}, not {expected}.", err=True)
        raise typer.Exit(1)
