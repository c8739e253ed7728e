"""The `dcr` command: one module a command. A command calls what is known and renders its value; it decides nothing."""

from cli.app import main

__all__ = ["main"]
