"""Processes that outlive the command that starts them: each has a file with its id, and is ended by that id and no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15.0
POLL_SECONDS = 0.1
LOG_LINES = 5


class DidNotStart(RuntimeError):
    """A part ended or was not ready in time; says so in one line, with the end of its log."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of an installation: `python -m ARGUMENTS`, with its log and its id in a directory."""

    name: str
    arguments: tuple[str, ...]
    directory: Path

    @property
    def record(self) -> Path:
        return self.directory / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    def pid(self) -> int | None:
        """Its process, if it still is the one that was started: a number may have been given to another since."""
        try:
            record = json.loads(self.record.read_text())
            pid, began = int(record["pid"]), str(record["began"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return pid if _began(pid) == began else None

    def start(self, environment: Mapping[str, str], tree: Path) -> bool:
        """Start it unless it runs; tells whether it had to be."""
        if self.pid():
            return False
        # An own session and default signals: a worker that inherits an ignored SIGINT never stops (reference/prefect.md section 12).
        with self.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, "-m", *self.arguments],
                env=dict(environment),
                cwd=tree,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_default_interrupt,  # noqa: PLW1509 - this command has no threads
            )
        self.record.write_text(json.dumps({"pid": process.pid, "began": _began(process.pid)}))
        return True

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Look until it is ready.

        Raises:
            DidNotStart: it ended, or the time is up.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.pid():
                raise DidNotStart(f"{self.name} ended before it was ready: {self._last_words()} ({self.log})")
            if time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} was not ready after {seconds:g} s: {self._last_words()} ({self.log})")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End it and its children, with force if it takes too long; harmless if it does not run."""
        pid = self.pid()
        if pid:
            os.killpg(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.pid() and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            if self.pid():
                os.killpg(pid, signal.SIGKILL)
        self.record.unlink(missing_ok=True)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").split("\n")[-LOG_LINES:] if self.log.exists() else []
        return " ".join(filter(None, map(str.strip, lines))) or "it said nothing"


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _began(pid: int) -> str | None:
    """When this process began, in clock ticks since boot; None if there is none or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]  # the 22nd of the line
