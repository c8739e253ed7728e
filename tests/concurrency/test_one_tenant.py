"""Several processes onboard one tenant at the same time: every run ends well or says who is in the way, and all is there once."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dcr.systems import build_systems
from dcr.vault import paths
from tests.faults.crash import spawn
from tests.faults.end_state import differences, end_state
from tests.faults.errands import PLATFORM_FILE
from tests.faults.faulty_world import LONG_LOCK, FaultyWorld
from tests.faults.flow_process import PrefectServer, prefect_server

HOLDER = "the run of somebody else"
TOLD = r"held by '{}', which must renew it by \d\d:\d\d:\d\d UTC"
TOGETHER = "onboardings of one tenant at the same time"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[list[PrefectServer]]:
    """Two Prefect servers that know nothing of each other."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("prefect-for-faults")
    with ExitStack() as stack:
        yield [stack.enter_context(prefect_server(cache, tmp_path_factory.mktemp("prefect"))) for _ in range(2)]


def require_one_of_everything(faulty: FaultyWorld, processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait for all: each succeeded or named the lock's holder, and the end is that of one undisturbed onboarding."""
    said = [" ".join(process.communicate()[1].decode().split()) for process in processes]
    ends = list(zip((process.returncode for process in processes), said, strict=True))
    assert [end for end in ends if end[0] != 0 and not re.search(TOLD.format(".+"), end[1])] == []
    assert any(code == 0 for code, _ in ends)
    assert differences(end_state(faulty.living), faulty.undisturbed) == []


@pytest.mark.parametrize("number", [pytest.param(3, marks=pytest.mark.share), 10])
def test_by_the_command_line(faulty: FaultyWorld, count: Callable[[str, int], None], number: int) -> None:
    require_one_of_everything(faulty, [spawn(faulty.living.ready_file, lock=LONG_LOCK) for _ in range(number)])
    count(TOGETHER, number)


@pytest.mark.parametrize("through", [1, 2])
def test_by_prefect(faulty: FaultyWorld, servers: list[PrefectServer], count: Callable[[str, int], None], through: int) -> None:
    asked = [servers[place % through] for place in range(10)]
    require_one_of_everything(faulty, [server.spawn(faulty.living, lock=LONG_LOCK) for server in asked])
    count(TOGETHER, len(asked))


def test_by_both_at_once(faulty: FaultyWorld, servers: list[PrefectServer], count: Callable[[str, int], None]) -> None:
    flows = [server.spawn(faulty.living, lock=LONG_LOCK) for server in servers for _ in range(3)]
    commands = [spawn(faulty.living.ready_file, lock=LONG_LOCK) for _ in range(4)]
    require_one_of_everything(faulty, [*flows, *commands])
    count(TOGETHER, len(flows) + len(commands))


def test_who_waits_too_long_is_told_who_holds_the_lock_and_until_when(faulty: FaultyWorld, tmp_path: Path) -> None:
    impatient = tmp_path / "platform.yaml"
    impatient.write_text(re.sub(r"lock_seconds: \d+", "lock_seconds: 0.1", PLATFORM_FILE.read_text()))
    systems = build_systems(faulty.patient, faulty.platform)
    try:
        with systems.locks.hold(paths.tenant_lock("acme"), HOLDER, 0.1):
            process = spawn(faulty.living.ready_file, lock=LONG_LOCK, platform_file=impatient)
            _, said = process.communicate()
    finally:
        systems.close()
    assert process.returncode == 1
    assert re.search(TOLD.format(HOLDER), " ".join(said.decode().split()))
    assert faulty.faults_after() == []
