"""Several processes onboard one tenant at the same time: every run ends well or says who is in the way, and all is there once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dcr.systems import build_systems
from dcr.vault import paths
from tests.faults.crash import PLATFORM_FILE, spawn
from tests.faults.end_state import differences, end_state
from tests.faults.faulty_world import LONG_LOCK, FaultyWorld

HOLDER = "the run of somebody else"


@pytest.mark.parametrize("number", [3, pytest.param(10, marks=pytest.mark.long)])
def test_simultaneous_onboardings_end_like_one(faulty: FaultyWorld, count: Callable[[str, int], None], number: int) -> None:
    processes = [spawn(faulty.living.ready_file, lock=LONG_LOCK) for _ in range(number)]
    ends = [(process.communicate(), process.returncode) for process in processes]
    assert [(code, said) for (_, said), code in ends if code != 0] == []
    assert differences(end_state(faulty.living), faulty.undisturbed) == []
    count("onboardings of one tenant at the same time", number)


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
    assert re.search(rf"held by '{HOLDER}', which must renew it by \d\d:\d\d:\d\d UTC", " ".join(said.decode().split()))
    assert faulty.faults_after() == []
