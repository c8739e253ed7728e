"""A sample of faults and crashes through real Prefect runs: the next run ends like an undisturbed one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.crash import CRASHES, killed_at
from tests.faults.faulty_world import KINDS, FaultyWorld, is_write
from tests.faults.flow_process import PrefectServer, prefect_server

FAULTS = {
    "dropped after applying": 28,
    "500, applied": 19,
    "409 lock-denied": 2,
    "429, a second": 36,
    "vault sealed": 11,
    "401": 44,
    "truncated JSON": 40,
    "redirect elsewhere": 24,
    "changed behind our back": 31,
}
"""Kind -> the write that meets it: of Curity's, of Vault's, else of all."""
CRASHED = [("killed before a write", 14), ("killed before a write", 38), ("killed after a write", 21), ("killed after a write", 45)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[PrefectServer]:
    assert pytestconfig.cache is not None
    with prefect_server(pytestconfig.cache.mkdir("prefect-for-faults"), tmp_path_factory.mktemp("prefect")) as started:
        yield started


@pytest.mark.parametrize(("name", "nth"), FAULTS.items())
def test_after_a_run_that_met_a_fault(
    faulty: FaultyWorld, server: PrefectServer, count: Callable[[str, int], None], name: str, nth: int
) -> None:
    faulty.plan.arrange(KINDS[name], nth, matches=is_write, disturbance=faulty.change)
    server.spawn(faulty.living).communicate()
    assert faulty.plan.met == 1
    faulty.plan.clear()
    faulty.told.extend(server.named())
    assert faulty.faults_after() == []
    count("flow runs that met a fault or were killed, and survived", 1)


@pytest.mark.parametrize(("name", "nth"), CRASHED)
def test_after_a_run_that_was_killed(
    faulty: FaultyWorld, server: PrefectServer, count: Callable[[str, int], None], name: str, nth: int
) -> None:
    met, _ = killed_at(faulty, CRASHES[name], nth, lambda: server.spawn(faulty.living))
    assert met
    assert faulty.faults_after(killed=True) == []
    count("flow runs that met a fault or were killed, and survived", 1)
