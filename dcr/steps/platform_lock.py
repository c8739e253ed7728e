"""The lock of what is everybody's on the platform: Curity's profile, Konnect's provider and strategy, the initial client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dcr.steps.context import Run
from dcr.vault import paths


@contextmanager
def platform_lock(run: Run) -> Iterator[None]:
    """Hold the platform's lock for one more look and the write of what differs.

    Raises:
        Busy: another run holds it for longer than `deadlines.lock_seconds`.

    Source: reference/vault.md section 8.
    """
    whose = f"{run.tenant.slug} on {run.platform.name}" if run.tenant else run.platform.name
    with run.systems.locks.hold(paths.platform_lock(), whose, run.platform.deadlines.lock_seconds):
        yield


def renew_platform_lock(run: Run) -> None:
    """Make sure of the lock right before a write: a process that was suspended may have lost it.

    Raises:
        LostLock: another run may have taken over.
    """
    run.systems.locks.renew(paths.platform_lock())
