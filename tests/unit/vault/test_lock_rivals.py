"""Threads and processes that want the same lock: one at a time, and a dead holder is taken over by exactly one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dcr.errors import Busy
from dcr.http.polling import REAL_CLOCK
from dcr.vault.lock import Held, Locks, Terms
from tests.unit.vault.clients import Client
from tests.unit.vault.locking import LONG, PATH, client, eventually, held_of, locks_of
from tests.vault_server import VaultServer

__all__ = ["client"]


def test_threads_of_one_process_take_turns(client: Client) -> None:
    locks = Locks(client.vault.kv, LONG, REAL_CLOCK)
    inside, most = 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with locks.hold(PATH, threading.current_thread().name, 60):
            with guard:
                inside += 1
                most = max(most, inside)
            locks.renew(PATH)
            with guard:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_thread_that_may_not_wait_is_told_which_run_of_this_process_holds_it(client: Client) -> None:
    locks = locks_of(client)
    with locks.hold(PATH, "first", 0), pytest.raises(Busy, match="first"), locks.hold(PATH, "second", 0):
        pytest.fail("two holders")


WORKER = """
import json, os, sys
from pathlib import Path
from dcr.vault.lock import Locks, Terms
from dcr.http.polling import REAL_CLOCK
from tests.unit.vault.clients import client_of
from tests.vault_server import VaultServer

url, ca_file, token, mount, folder, rounds = sys.argv[1:]
with client_of(VaultServer(url, Path(ca_file), token, ""), mount) as client:
    locks = Locks(client.vault.kv, Terms(ttl=10, skew=2), REAL_CLOCK)
    for _ in range(int(rounds)):
        with locks.hold("tenants/acme/lock", str(os.getpid()), 60):
            locks.renew("tenants/acme/lock")
            alone = Path(folder) / "inside"
            descriptor = os.open(alone, os.O_CREAT | os.O_EXCL)  # fails if somebody else is inside
            os.close(descriptor)
            alone.unlink()
print(json.dumps({"rounds": int(rounds)}))
"""


def test_processes_take_turns(vault_server: VaultServer, mount: str, tmp_path: Path) -> None:
    arguments = [vault_server.url, str(vault_server.ca_file), vault_server.root_token, mount, str(tmp_path), "4"]
    running = [
        subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    for process in running:
        told, failed = process.communicate(timeout=120)
        assert process.returncode == 0, failed.decode()
        assert json.loads(told) == {"rounds": 4}


def test_a_killed_holder_is_taken_over_by_exactly_one(vault_server: VaultServer, client: Client, mount: str) -> None:
    holding = WORKER.split("    for _ in")[0].replace("ttl=10, skew=2", "ttl=1, skew=0") + (
        '    with locks.hold("tenants/acme/lock", "killed", 0):\n        print("held", flush=True)\n        sys.stdin.read()\n'
    )
    arguments = [vault_server.url, str(vault_server.ca_file), vault_server.root_token, mount, "-", "0"]
    with subprocess.Popen([sys.executable, "-c", holding, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.kill()
    rivals = [held_of(client, f"rival {number}", Terms(ttl=60, skew=0)) for number in range(5)]
    taken: list[Held] = []

    def some_rival_takes_it() -> bool:
        for rival in rivals:
            try:
                rival.acquire()
            except Busy:
                continue
            taken.append(rival)
        return bool(taken)

    assert eventually(some_rival_takes_it)
    assert len(taken) == 1
