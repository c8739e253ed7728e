"""What is no longer asked for goes, last things first, before anything new comes; in offboarding that is all of a tenant."""

from __future__ import annotations

from dcr.engine.run import Run


def removal(run: Run) -> None:
    """A task for each thing that goes: an API's registration, an application with its client and secrets, a publication."""
    run.remove_unwanted()
