"""The whole job on the embedded sandbox: what `make demo` runs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from cli.children import child, wait_until
from cli.prefect_server import prefect_server, wait_for

TREE = Path(__file__).resolve().parents[1]
TENANT = "examples/tenants/acme.yaml"
PLATFORM = "examples/platforms/sandbox.yaml"
NO_CHANGES, SOME_CHANGES = 0, 2  # exit codes of `dcr plan`


def demo(
    curity_config: Path | None = typer.Option(None, help="A Curity configuration export to start from, instead of the shipped one."),
) -> None:
    """Onboard the example tenant on a sandbox, twice: from nothing, and again with nothing left to change.

    Starts a sandbox (Curity, Konnect, portal, gateway, a real Vault) and a Prefect server on loopback, runs the commands that a person
    would type, and stops everything again. Needs no network.
    """
    with tempfile.TemporaryDirectory(prefix="dcr-demo-") as scratch:
        directory = Path(scratch)
        ready = directory / "sandbox.json"
        start = ["--curity-config", str(curity_config.resolve())] if curity_config else []
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("DCR_", "PREFECT_", "VAULT_"))}
        typer.echo("Starting a sandbox and a Prefect server on loopback ...")
        with (
            prefect_server(directory, plain) as (environment, server),
            child(["sandbox", "--ready-file", str(ready), *start], plain, directory / "sandbox.log") as sandbox,
        ):
            wait_until(ready.exists, sandbox, "sandbox", directory / "sandbox.log", seconds=60)
            wait_for(environment, server, directory)
            _show({**environment, "DCR_READY_FILE": str(ready), "DCR_PLATFORM_FILE": PLATFORM, "DCR_PREFECT": "1"})


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
