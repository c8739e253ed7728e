"""Processes that a command starts for itself: each is ended, by its own id, when the command ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dcr.errors import Refused

GRACE_SECONDS = 10.0


@contextmanager
def child(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m ARGUMENTS` until the block ends; what it prints goes to `log`.

    It gets a process group of its own, since Prefect's server has children, and default signals: a process started from a non-interactive
    shell inherits an ignored SIGINT and would not stop (reference/prefect.md section 12).
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", *arguments],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            restore_signals=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(true: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path, *, seconds: float) -> None:
    """Look until it is true.

    Raises:
        Refused: the process ended, or the time is up; names its log.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if process.poll() is not None:
            raise Refused(what, f"ended with exit code {process.returncode} before it was ready", f"Read {log}.")
        if time.monotonic() > deadline:
            raise Refused(what, f"was not ready after {seconds:g} s", f"Read {log}.")
        time.sleep(0.05)


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
