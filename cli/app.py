"""All commands in one application, and what every ending means to the shell."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

import typer
from typer.exceptions import TyperException

from dcr.errors import DcrError, Problems

FAILED, USAGE, INTERRUPTED, TERMINATED = 1, 64, 130, 143  # EX_USAGE of sysexits.h; 128 + SIGINT; 128 + SIGTERM
# In the order of the help. Each is the function of this name in the module of this name, and this is how its own help begins.
COMMANDS = {
    "demo": "Onboard the example tenant on a sandbox, twice: from nothing, and again with nothing left to change.",
    "validate": "Check tenants and platforms without asking any system.",
    "preflight": "Check that everything a tenant needs is there.",
    "plan": "Show what onboarding a tenant would change, in order.",
    "prepare": "Converge what belongs to every tenant of a platform.",
    "onboard": "Take a tenant from nothing to a verified request.",
    "offboard": "Take a tenant away again, and prove it.",
    "dismantle": "Take the platform's own part away again, once no tenant uses it.",
    "inventory": "Compare what Vault, Konnect and Curity hold, and name what is left behind.",
    "diagnose": "Find out why dynamic client registration fails for a tenant.",
    "probe": "Find out how real systems behave where their documents leave it open.",
    "trigger": "Start an onboarding at a Prefect server, as its API's users do.",
    "sandbox": "Run stand-ins for all systems on loopback, until Ctrl-C.",
    "schema": "Print the JSON Schema of a document.",
    "version": "Print this program's version, for a bug report.",
}
HELP = """Take an API tenant from nothing to a verified request: Curity, Kong Konnect, HashiCorp Vault.

Start with `dcr demo`, which does the whole job on a sandbox. Then write a tenant as in examples/tenants/acme.yaml and a platform as in
examples/platforms/production.yaml, and go on with `dcr validate`, `dcr preflight`, `dcr plan`, `dcr prepare` and
`dcr onboard`. `dcr probe` is for the first contact with real systems, `dcr diagnose` for a tenant that fails.

Exit codes: 0 done, 1 failed, 3 waits for people, 64 wrong usage, 130 interrupted; `dcr plan`: 0 no changes, 2 changes.
"""


def application(called: str) -> typer.Typer:
    """The commands, without completion noise, and without tracebacks that print local variables: they may hold secrets.

    Only the one that is called is imported, with the clients, parsers and Prefect that it needs: of the others the help shows a line each.
    """
    app = typer.Typer(name="dcr", help=HELP, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    for name, words in COMMANDS.items():
        command = getattr(import_module(f"cli.{name}"), name) if name == called else _not_called
        app.command(name, help=None if name == called else words)(command)
    return app


def _not_called() -> None:
    """Stands for a command in the list of all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. An error of ours is told in words; only a fault of this program has a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given:
        main(["--help"])
        return USAGE
    called = next((word for word in given if not word.startswith("-")), "")
    try:
        with _ending_on_sigterm():
            code = application(called)(args=given, prog_name="dcr", standalone_mode=False)
    except TyperException as error:
        return _tell_usage(error)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrupted. What was written stays; run it again to go on.", err=True)
        return INTERRUPTED
    except DcrError as error:
        typer.echo(told(error), err=True)
        return FAILED
    return code if isinstance(code, int) else 0


def told(error: DcrError) -> str:
    """The error for a terminal: faults of documents one line each, as a compiler tells them."""
    if isinstance(error, Problems) and error.problems and all(problem.place for problem in error.problems):
        return "\n".join(map(str, error.problems))
    return str(error)


def _tell_usage(error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "dcr"
    typer.echo(f"{error.format_message()}\nTry '{command} --help'.", err=True)
    return USAGE


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind like an interrupt does, so that locks are given back and children end."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
