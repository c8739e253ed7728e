"""Parts of an installation: processes that outlive the command that starts them. Each has a file with its id, and is ended by that id and
no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deployments import processes


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
        """Start it unless it runs; says whether it had to be."""
        if self.pid():
            return False
        process = processes.start(self.arguments, environment, self.log, tree)
        self.record.write_text(json.dumps({"pid": process.pid, "began": _began(process.pid)}))
        return True

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Look until it is ready.

        Raises:
            Refused: it ended, or the time is up.
        """
        processes.wait_until(ready, self._runs, self.name, self.log, seconds)

    def stop(self) -> None:
        """End it and its children; harmless if it does not run."""
        pid = self.pid()
        if pid:
            processes.end(pid, self._runs)
        self.record.unlink(missing_ok=True)

    def _runs(self) -> bool:
        return self.pid() is not None


def _began(pid: int) -> str | None:
    """When this process began, in clock ticks since boot; None if there is none or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]  # the 22nd of the line
