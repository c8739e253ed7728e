"""The command line of `python -m sandbox`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sandbox.readings import load_choice
from sandbox.world import PORTS_USED, WorldOptions

LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line asked for."""

    ready_file: Path
    options: WorldOptions


def parse_arguments(arguments: Sequence[str]) -> Arguments:
    """Read the command line; a fault ends the process with one line and status 2, as argparse does."""
    parser = _parser()
    given = parser.parse_args(arguments)
    readings = {}
    if given.readings is not None:
        try:
            readings = load_choice(given.readings)
        except (OSError, ValidationError):
            parser.error(f"{given.readings} cannot be read as a JSON object of fact id to reading")
    if given.curity_config is not None and not given.curity_config.is_file():
        parser.error(f"{given.curity_config} is no file")
    options = WorldOptions(curity_config=given.curity_config, port_base=given.port_base, readings=readings)
    return Arguments(ready_file=given.ready_file, options=options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Curity, Konnect, a Dev Portal, a Kong Gateway and a Vault on loopback, until SIGTERM or Ctrl-C.",
    )
    parser.add_argument(
        "--ready-file", type=Path, required=True, metavar="F", help="where to write addresses, ids and credentials once all answer (JSON)"
    )
    parser.add_argument("--curity-config", type=Path, metavar="EXPORT.xml", help="start Curity from this export instead of the own one")
    parser.add_argument("--port-base", type=_port_base, metavar="N", help=f"use the ports N to N+{PORTS_USED - 1}; default: free ones")
    parser.add_argument("--readings", type=Path, metavar="FILE", help="which reading of each open fact to play (JSON, id to reading)")
    return parser


def _port_base(text: str) -> int:
    port = int(text)
    if not 1 <= port <= LAST_PORT - PORTS_USED + 1:
        raise argparse.ArgumentTypeError(f"must lie between 1 and {LAST_PORT - PORTS_USED + 1}")
    return port
