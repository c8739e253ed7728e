"""`dcr probe`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.context import observed_run, output
from cli.options import AsJson, PlatformFile, ReadyFile
from dcr.http.recorded_exchanges import Exchanges
from dcr.probe.display import bundle
from dcr.probe.probing import probe as probe_systems
from dcr.rendering.lines import show
from dcr.rendering.probe_text import probe_lines

ReadingsFile = Annotated[
    Path | None,
    typer.Option("--readings", metavar="FILE", help="Write the readings found, as `dcr sandbox --readings` takes them."),
]
BundleFile = Annotated[
    Path | None, typer.Option("--bundle", metavar="FILE", help="Write what passed, without hosts and values, for a bug report.")
]
StatusUrl = Annotated[str, typer.Option("--status-url", metavar="URL", help="Status endpoint of a Curity node, https://<node>:4465.")]
Route = Annotated[str, typer.Option("--route", metavar="PATH", help="A route of the gateway that wants credentials. Default: a tenant's.")]


def probe(
    platform: PlatformFile = None,
    ready_file: ReadyFile = None,
    as_json: AsJson = False,
    readings: ReadingsFile = None,
    bundle_file: BundleFile = None,
    status_url: StatusUrl = "",
    route: Route = "",
) -> None:
    """Find out how real systems behave where their documents leave it open.

    Only reads. Says for each open fact which reading holds here, or why no reading tells; which versions it met, and which rights are
    missing. With --readings the sandbox can then be made to behave the same. The bundle holds statuses, some headers and the shapes of
    bodies, with types in place of values, so it can be attached to a bug report.

    \b
    Examples:
      dcr probe --platform examples/platforms/production.yaml --status-url https://curity-admin.example:4465
      dcr probe --readings found.json --bundle bundle.json
      dcr sandbox --readings found.json

    Exit codes: 0 every system could be asked and no right is missing, 1 otherwise, 64 wrong usage.
    """
    exchanges = Exchanges()
    with observed_run(None, platform, ready_file, exchanges.observe) as ctx:
        probed = probe_systems(ctx, exchanges, status_url=status_url, route=route)
    if readings:
        _write(readings, probed.readings)
    if bundle_file:
        _write(bundle_file, bundle(probed, exchanges.since(0)))
    if as_json:
        typer.echo(probed.model_dump_json(indent=2))
    else:
        show(probe_lines(probed), output())
    raise typer.Exit(1 if probed.missing else 0)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
