"""A Vault that answers a write with success and keeps nothing of it. The Vault is real; a proxy before it drops the write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sandbox.certificates import Certificates
from sandbox.fault_proxy import FaultProxy
from sandbox.faults import Canned, FaultPlan, Kind
from tests.sandbox_fixture import LivingWorld

SYSTEM = "vault"
# As KV version 2 answers a write (docs/vendors/vault.md, KV calls). The version is one that a fresh path gets.
WRITTEN = {"data": {"created_time": "2026-01-01T00:00:00Z", "custom_metadata": None, "deletion_time": "", "destroyed": False, "version": 1}}
LOST = Kind("a write is lost", canned=Canned(200, json.dumps(WRITTEN).encode()))
EVERY_TIME = 10**6


@contextmanager
def behind_a_lossy_vault(living: LivingWorld, path: str) -> Iterator[tuple[LivingWorld, FaultPlan]]:
    """The same world; each write to the paths of the mount that end so is lost."""
    directory = living.world.vault.audit_file.parent
    certificates = Certificates(directory / "ca.pem", directory / "certificate.pem", directory / "key.pem")
    plan = FaultPlan()
    plan.arrange(LOST, nth=1, times=EVERY_TIME, matches=lambda _system, method, asked: method in ("POST", "PUT") and asked.endswith(path))
    proxy = FaultProxy(SYSTEM, plan, certificates)
    proxy.start(living.world.vault.url)
    vault = living.platform.vault.model_copy(update={"url": proxy.url})
    try:
        yield replace(living, platform=living.platform.model_copy(update={"vault": vault})), plan
    finally:
        proxy.stop()
