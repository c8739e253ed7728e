"""Processes of ours on this machine: started so that they can be stopped, waited for, and ended with all that they started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from dcr.errors import Refused

STOP_SECONDS = 15.0
POLL_SECONDS = 0.1
LOG_LINES = 5


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path, tree: Path | None = None) -> subprocess.Popen[bytes]:
    """Start `python -m ARGUMENTS` in `tree`, or where we are; what it prints goes to `log`.

    It gets a session of its own, since Prefect's server has children, and the default of SIGINT: a worker that inherits an ignored one
    from a non-interactive shell never stops (docs/vendors/prefect.md, Processes in tests).
    """
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", *arguments],
            env=dict(environment),
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_default_interrupt,  # noqa: PLW1509 - the commands that start processes have no threads
        )


def wait_until(ready: Callable[[], bool], runs: Callable[[], bool], name: str, log: Path, seconds: float) -> None:
    """Look until it is ready.

    Raises:
        Refused: it ended, or the time is up; with the end of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not runs():
            raise Refused(name, f"ended before it was ready: {_last_words(log)}", f"Read {log}.")
        if time.monotonic() > deadline:
            raise Refused(name, f"was not ready after {seconds:g} s: {_last_words(log)}", f"Read {log}.")
        time.sleep(POLL_SECONDS)


def end(pid: int, runs: Callable[[], bool]) -> None:
    """Stop a process that `start` started and all in its session, with force if it takes too long; harmless if it does not run."""
    if not runs():
        return
    os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while runs() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if runs():
        os.killpg(pid, signal.SIGKILL)


@contextmanager
def child(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m ARGUMENTS` until the block ends, however it ends."""
    process = start(arguments, environment, log)
    try:
        yield process
    finally:
        end(process.pid, lambda: process.poll() is None)
        process.wait()


def wait_for_child(process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, log: Path, seconds: float) -> None:
    """Look until this child is ready.

    Raises:
        Refused: as of `wait_until`.
    """
    wait_until(ready, lambda: process.poll() is None, name, log, seconds)


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Whether something on this machine answers well there, whatever proxies are set."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")[-LOG_LINES:] if log.exists() else []
    return " ".join(filter(None, map(str.strip, lines))) or "it said nothing"


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
