"""What tests of the lock share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from dcr.vault.lock import Held, Locks, Terms
from tests.unit.vault.clients import Client, client_of
from tests.vault_server import VaultServer

PATH = "tenants/acme/lock"
LONG = Terms(ttl=600, skew=5)


@pytest.fixture
def client(vault_server: VaultServer, mount: str) -> Iterator[Client]:
    with client_of(vault_server, mount) as made:
        yield made


def locks_of(client: Client, terms: Terms = LONG) -> Locks:
    return Locks(client.vault.kv, terms, client.clock.clock())


def held_of(client: Client, label: str, terms: Terms = LONG) -> Held:
    return Held(client.vault.kv, PATH, label, terms, client.clock.clock())


def eventually(true: Callable[[], bool], within_seconds: float = 15.0) -> bool:
    ends = time.monotonic() + within_seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.05)
    return False
