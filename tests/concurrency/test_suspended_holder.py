"""A run that is suspended past its lock's expiry, while another takes over, writes nothing more when it wakes up."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from sandbox.faults import Kind, Matches, Timing
from tests.faults.crash import spawn
from tests.faults.end_state import differences, end_state
from tests.faults.faulty_world import WRITES, FaultyWorld, is_write
from tests.shares import todays_draw

SUSPENDED = Kind("suspended after a write", Timing.AFTER, disturb=True)
POLL_SECONDS = 0.02
SYSTEMS = ("curity-admin", "curity-runtime", "konnect", "portal")


def suspended_at(faulty: FaultyWorld, nth: int, matches: Matches) -> subprocess.Popen[bytes]:
    """A process that stands still since the answer to its nth such call arrived."""
    held: list[subprocess.Popen[bytes]] = []

    def suspend(_system: str, _method: str, _path: str) -> None:
        held[0].send_signal(signal.SIGSTOP)
        stopped.set()

    stopped = threading.Event()
    faulty.plan.arrange(SUSPENDED, nth, matches=matches, disturbance=suspend)
    held.append(spawn(faulty.living.ready_file))
    while not stopped.wait(POLL_SECONDS):
        assert held[0].poll() is None, "it ended before it came so far"
    return held[0]


def writes_after_waking(faulty: FaultyWorld, process: subprocess.Popen[bytes]) -> list[tuple[str, str, str]]:
    """What the process still writes, after another run has taken over and ended."""
    faulty.plan.clear()
    assert not faulty.onboard().failure
    between = end_state(faulty.living)
    faulty.living.forget_requests()
    process.send_signal(signal.SIGCONT)
    process.communicate()
    assert differences(end_state(faulty.living), between) == []
    return [one for one in faulty.living.requests(*SYSTEMS) if one[1] in WRITES and not one[2].endswith(("/authenticate", "/oauth-token"))]


@pytest.mark.parametrize(
    ("system", "place", "code"),
    [
        ("vault", "/initial-client", 1),
        ("konnect", "/v2/dcr-providers", 1),
        ("vault", "/orders-client", 1),
        ("vault", "/payments-client", 1),
    ],
)
def test_nothing_is_written_after_a_takeover(faulty: FaultyWorld, system: str, place: str, code: int) -> None:
    """Suspended right before something that cannot be repeated, or while holding the platform's lock."""
    process = suspended_at(faulty, 1, lambda *asked: asked[0] == system and asked[1] == "POST" and asked[2].endswith(place))
    assert writes_after_waking(faulty, process) == []
    assert process.returncode == code


@pytest.mark.parametrize("reserved", ["/orders-client", "/payments-client"])
def test_a_renewal_that_is_heard_of_after_a_takeover_is_not_believed(faulty: FaultyWorld, reserved: str) -> None:
    """Suspended while it asks whether it may create what was just reserved: the answer, yes, is not true any more."""
    place: list[str] = []

    def renewal_after_reservation(system: str, method: str, path: str) -> bool:
        if system == "vault" and method == "POST" and path.endswith(reserved):
            place.append(path)
        return bool(place) and method == "POST" and path.endswith("/tenants/acme/lock")

    process = suspended_at(faulty, 1, renewal_after_reservation)
    assert writes_after_waking(faulty, process) == []
    assert process.returncode == 1


def test_nothing_is_written_after_a_takeover_wherever_it_was_suspended(faulty: FaultyWorld, count: Callable[[str, int], None]) -> None:
    wrong, places = {}, todays_draw().of(range(1, faulty.learned_calls(is_write, frozenset()), 2))
    for nth in places:
        faulty.reset()
        process = suspended_at(faulty, nth, is_write)
        written = writes_after_waking(faulty, process)
        if written:
            wrong[nth] = written
    assert wrong == {}
    count("runs suspended after a write past their lock's expiry", len(places))
