"""Property tests judge results, not speed: a busy machine is no failure. And one real Vault for all unit tests of a process."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.vault_server import mount, operator, vault_server

__all__ = ["mount", "operator", "vault_server"]

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
