"""Walk by counting: fail call 1, 2, 3 ... of an onboarding with every kind of fault, until a run ends without meeting its fault.

`python -m tests.faults.walk` walks everything in two processes and prints cases and survivors of each kind; with `--every N` it takes
each Nth call only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sandbox.faults import Kind, Timing, any_request
from tests.faults.crash import CRASHES, killed_at
from tests.faults.faulty_world import KINDS, FaultyWorld, faulty_world, is_write

PROCESSES = 2
LANES = 4  # parts of one kind's walk, so that the processes end at about the same time
# To lose the answer of a read after it was "applied" is what losing it before is.
ONLY_WRITES = frozenset(name for name, kind in KINDS.items() if kind.timing is Timing.AFTER and not (kind.truncate or kind.cut))
FOR_GOOD = 10**9
TELL_EVERY = 100


@dataclass(frozen=True, slots=True)
class Case:
    """One onboarding that met its fault, and the one after it."""

    kind: str
    nth: int
    first: str  # how the first one ended
    faults: tuple[str, ...]  # what is wrong after the second one; empty: survived


def walk(world: FaultyWorld, kind: Kind, calls: Iterable[int], times: int = 1) -> Iterator[Case]:
    """Fail each of these calls in an onboarding of its own, until one ends without having met its fault."""
    name = kind.name if times == 1 else f"{kind.name}, from then on"
    for nth in calls:
        try:
            met, first = killed_at(world, kind, nth) if kind.name in CRASHES else _failed_at(world, kind, nth, times)
        except Exception:  # noqa: BLE001 - whatever a fault provokes beside our own errors is what this looks for
            yield Case(name, nth, "unexpected", tuple(traceback.format_exc().splitlines()[-6:]))
            continue
        if not met:
            return
        yield Case(name, nth, first, tuple(world.faults_after(killed=kind.name in CRASHES)))


def _failed_at(world: FaultyWorld, kind: Kind, nth: int, times: int) -> tuple[bool, str]:
    met, first = world.meet(kind, nth, times, is_write if kind.name in ONLY_WRITES else any_request)
    return met, type(first.error).__name__ if first.error else "ok"


Job = tuple[str, int, int]
"""Name of a kind, lane, times."""


def jobs() -> list[Job]:
    """Every kind once; and those that last, from one call on for good: then the first run is sure to end early."""
    once = [(name, lane, 1) for name in (*CRASHES, *KINDS) for lane in range(LANES)]
    return once + [(name, lane, FOR_GOOD) for name in LASTING for lane in range(LANES)]


LASTING = ("dropped before applying", "dropped after applying")


def _work(every: int, waiting: multiprocessing.Queue[Job], told: multiprocessing.Queue[Case | None]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        for world in faulty_world(Path(directory)):
            while True:
                try:
                    name, lane, times = waiting.get(timeout=1)
                except queue.Empty:
                    break
                for case in walk(world, (KINDS | CRASHES)[name], count(1 + lane * every, LANES * every), times):
                    told.put(case)
    told.put(None)


def main() -> int:
    """Walk everything; 0 if every case was survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each Nth call only")
    every = parser.parse_args().every
    began, survived, cases = time.monotonic(), Counter[str](), Counter[str]()
    waiting: multiprocessing.Queue[Job] = multiprocessing.Queue()
    told: multiprocessing.Queue[Case | None] = multiprocessing.Queue()
    for job in jobs():
        waiting.put(job)
    processes = [multiprocessing.Process(target=_work, args=(every, waiting, told)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for case in _until_all_ended(told, processes):
        cases[case.kind] += 1
        survived[case.kind] += not case.faults
        if cases.total() % TELL_EVERY == 0:
            _say(f"{cases.total():6d} cases after {(time.monotonic() - began) / 60:.1f} minutes")
        if case.faults:
            _say(f"{case.kind}, call {case.nth}: first run {case.first}\n  " + "\n  ".join(case.faults))
    for name, number in cases.items():
        _say(f"{number:6d} cases, {survived[name]:6d} survived  {name}")
    _say(f"{cases.total():6d} cases, {survived.total():6d} survived, in {(time.monotonic() - began) / 60:.1f} minutes")
    return 0 if cases.total() == survived.total() and not any(process.exitcode for process in processes) else 1


def _until_all_ended(told: multiprocessing.Queue[Case | None], processes: list[multiprocessing.Process]) -> Iterator[Case]:
    running = len(processes)
    while running:
        try:
            case = told.get(timeout=5)
        except queue.Empty:
            if not any(process.is_alive() for process in processes):
                break
            continue
        if case is None:
            running -= 1
        else:
            yield case
    for process in processes:
        process.join()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
