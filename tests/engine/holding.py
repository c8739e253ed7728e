"""Runs that stay in the middle of their writes for as long as a test wants."""

from __future__ import annotations

from tests.engine.prefect_processes import until
from tests.sandbox_fixture import LivingWorld

METADATA = "/.well-known/openid-configuration"


def hold(living: LivingWorld) -> None:
    """Let runs wait for Curity's metadata, in the middle of their writes, until `release`."""
    living.knobs("curity-runtime", hide_registration_endpoint=True)


def release(living: LivingWorld) -> None:
    """Let them go on."""
    living.knobs("curity-runtime", hide_registration_endpoint=False)


def wait_until_held(living: LivingWorld) -> None:
    """A run has written, and asks for metadata again and again."""
    living.forget_requests()
    until("a run that waits", lambda: sum(path.endswith(METADATA) for _, _, path in living.requests("curity-runtime")) > 5, seconds=240)
