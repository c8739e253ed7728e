"""Walk by counting: fail call 1, 2, 3 ... of each errand with every kind of fault, until a run ends without meeting its fault.

`python -m tests.faults.walk` walks in two processes and prints cases and survivors of each kind. Every write meets every kind. Of the
reads each kind takes every DCR_SHARE-th, the kinds in turns, so that none is spared; where each begins is for the day's seed to say
(tests/shares.py), so that as many days take all. DCR_SHARE=1 lets every read meet every kind at once.
"""

from __future__ import annotations

import logging
import multiprocessing
import queue
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from sandbox.faults import Kind, Matches, Timing, any_request
from tests.faults.crash import CRASHES, killed_at
from tests.faults.errands import Errand
from tests.faults.faulty_world import KINDS, FaultyWorld, faulty_world, is_write
from tests.shares import Draw, todays_draw

PROCESSES = 2
LANES = 2  # parts of one kind's walk, so that the processes end at about the same time; each part's end costs a run
# To lose the answer of a read after it was "applied" is what losing it before is.
ONLY_WRITES = frozenset(name for name, kind in KINDS.items() if kind.timing is Timing.AFTER and not (kind.truncate or kind.cut))
FOR_GOOD = 10**9
FEWER_WRITES = 8
TELL_EVERY = 100


@dataclass(frozen=True, slots=True)
class Case:
    """One run that met its fault, and the one after it."""

    kind: str
    nth: int
    first: str  # how the first one ended
    faults: tuple[str, ...]  # what is wrong after the second one; empty: survived


def walk(world: FaultyWorld, kind: Kind, calls: Iterable[int], times: int = 1, counted: Matches = any_request) -> Iterator[Case]:
    """Fail each of these calls in a run of its own, until one ends without having met its fault."""
    name = kind.name if times == 1 else f"{kind.name}, from then on"
    for nth in calls:
        try:
            met, first = killed_at(world, kind, nth) if kind.name in CRASHES else _failed_at(world, kind, nth, times, counted)
        except Exception:  # noqa: BLE001 - whatever a fault provokes beside our own errors is what this looks for
            yield Case(name, nth, "unexpected", tuple(traceback.format_exc().splitlines()[-6:]))
            continue
        if not met:
            return
        yield Case(name, nth, first, tuple(world.faults_after(killed=kind.name in CRASHES)))


def _failed_at(world: FaultyWorld, kind: Kind, nth: int, times: int, counted: Matches) -> tuple[bool, str]:
    met, first = world.meet(kind, nth, times, counted)
    return met, type(first.error).__name__ if first.error else "ok"


@dataclass(frozen=True, slots=True)
class Job:
    """Some of the calls of one errand that meet one kind."""

    errand: Errand
    kind: str
    counted: str  # of COUNTED
    first: int
    step: int
    times: int = 1


COUNTED: dict[str, Matches] = {"calls": any_request, "writes": is_write, "reads": lambda *call: not is_write(*call)}


def jobs(draw: Draw) -> Iterator[Job]:
    """Of every errand every kind once; and those that last, from one call on for good: then the first run is sure to end early."""
    for errand in Errand:
        # A removal begins with two tenants that have to be made first, so a small share leaves out some of its writes too.
        for job in _jobs_of_any(draw, 1 if errand is Errand.ONBOARDING else max(1, draw.share // FEWER_WRITES)):
            yield replace(job, errand=errand)


def _jobs_of_any(draw: Draw, every_write: int) -> Iterator[Job]:
    every = draw.share
    for place, name in enumerate(CRASHES):
        yield from _lanes(name, "writes", (draw.seed + place) % every_write, every_write)
    for place, (name, kind) in enumerate(KINDS.items()):
        if kind.refuse:  # of a connection that is refused nobody knows what would have been asked
            yield from _lanes(name, "calls", (draw.seed + place) % every, every)
            continue
        yield from _lanes(name, "writes", (draw.seed + place) % every_write, every_write)
        if name not in ONLY_WRITES:
            yield from _lanes(name, "reads", (draw.seed + place) % every, every)
    for place, name in enumerate(LASTING):
        yield from _lanes(name, "calls", (draw.seed + place) % every, every, FOR_GOOD)


def _lanes(name: str, counted: str, skipped: int = 0, every: int = 1, times: int = 1) -> Iterator[Job]:
    for lane in range(LANES):
        yield Job(Errand.ONBOARDING, name, counted, 1 + skipped + lane * every, LANES * every, times)


LASTING = ("dropped before applying", "dropped after applying")


def _work(waiting: multiprocessing.Queue[Job | None], told: multiprocessing.Queue[Case | None]) -> None:
    logging.getLogger("dcr").setLevel(logging.ERROR)  # that a dead run's lock is taken over is what is expected here
    with tempfile.TemporaryDirectory() as directory:
        for world in faulty_world(Path(directory)):
            while job := waiting.get():
                world.bound_for(job.errand)
                for case in walk(world, (KINDS | CRASHES)[job.kind], count(job.first, job.step), job.times, COUNTED[job.counted]):
                    told.put(replace(case, kind=f"{job.errand}: {case.kind}"))
    told.put(None)


def main(wanted: Sequence[str]) -> int:
    """Walk everything, or only the errands of these names (`offboarding`); 0 if every case was survived."""
    draw, errands = todays_draw(), {Errand[name.upper()] for name in wanted} or set(Errand)
    _say(f"the walk, drawn by {draw}")
    began, survived, cases = time.monotonic(), Counter[str](), Counter[str]()
    waiting: multiprocessing.Queue[Job | None] = multiprocessing.Queue()
    told: multiprocessing.Queue[Case | None] = multiprocessing.Queue()
    for job in (*(job for job in jobs(draw) if job.errand in errands), *[None] * PROCESSES):
        waiting.put(job)
    processes = [multiprocessing.Process(target=_work, args=(waiting, told)) for _ in range(PROCESSES)]
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
    _say(f"drawn by {draw}")
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
    sys.exit(main(sys.argv[1:]))
