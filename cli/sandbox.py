"""`dcr sandbox`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dcr.errors import Problems, Refused
from dcr.settings.ready_file import ReadyFile, read_ready_file
from deployments.processes import child, wait_for_child

START_SECONDS = 60.0


def sandbox(
    ready_file: Annotated[Path, typer.Option(metavar="FILE", help="Where it writes its addresses and credentials.")] = Path(
        "run/sandbox.json"
    ),
    curity_config: Annotated[Path | None, typer.Option(metavar="EXPORT", help="Curity's start: an XML export. Default: its own.")] = None,
    port_base: Annotated[
        int | None, typer.Option(metavar="PORT", min=1024, max=65000, help="First of nine ports in a row. Default: free ones.")
    ] = None,
    readings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Which reading of open facts to play: what `dcr probe --readings` wrote.")
    ] = None,
) -> None:
    """Run stand-ins for all systems on loopback, until Ctrl-C.

    Curity, Konnect, portal and gateway are ours, Vault is real (OpenBao). Everything is kept in memory and gone at the end. The ready
    file, which only you can read, says where everything is and how to log in; give it to the other commands. Port base 46000 is what
    examples/platforms/sandbox.yaml names.

    \b
    Examples:
      dcr sandbox
      dcr onboard examples/tenants/acme.yaml --platform examples/platforms/sandbox.yaml --ready-file run/sandbox.json

    Exit codes: 0 it ended by itself, 1 it could not start, 64 wrong usage, 130 stopped by Ctrl-C.
    """
    _refuse_second(ready_file)
    ready_file.parent.mkdir(parents=True, exist_ok=True)
    ready_file.unlink(missing_ok=True)
    log = ready_file.with_suffix(".log")
    arguments = ["sandbox", "--ready-file", str(ready_file)]
    arguments += ["--curity-config", str(curity_config)] if curity_config else []
    arguments += ["--port-base", str(port_base)] if port_base else []
    arguments += ["--readings", str(readings)] if readings else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DCR_")}  # it needs nothing of ours
    with child(arguments, environment, log) as process:
        wait_for_child(process, ready_file.exists, "sandbox", log, START_SECONDS)
        _tell(ready_file, read_ready_file(ready_file))
        ended = process.wait()
    if ended:
        raise Refused("sandbox", f"ended with exit code {ended}", f"Read {log}.")


def _refuse_second(ready_file: Path) -> None:
    try:
        running = read_ready_file(ready_file).pid
        os.kill(running, 0)
    except (Problems, ProcessLookupError):
        return
    except PermissionError:
        pass  # someone else's process: it runs
    raise Refused("sandbox", f"{ready_file} belongs to a sandbox that runs already (process {running})", "Stop it, or name another file.")


def _tell(path: Path, ready: ReadyFile) -> None:
    rows = [
        ("Curity", ready.curity.admin_url),
        ("Konnect", ready.konnect.url),
        ("portal", ready.portal.url),
        ("gateway", ready.gateway.url),
        ("Vault", ready.vault.url),
        ("CA file", str(ready.ca_file)),
        ("ready file", str(path)),
    ]
    typer.echo("The sandbox is ready.\n" + "\n".join(f"  {name:<10} {value}" for name, value in rows))
    command = f"dcr onboard examples/tenants/acme.yaml --platform examples/platforms/sandbox.yaml --ready-file {path}"
    typer.echo(f"In another terminal:\n  {command}\nCtrl-C ends it.")
