"""Processes whose arguments and environment are noted while they run, with those of all their children."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
POLL_SECONDS = 0.05


def watch(process: subprocess.Popen[bytes], notes: Path, *, kill: Callable[[], bool] = lambda: False) -> int:
    """Wait for the process, and write what anybody on the machine could have read of it and its children into a directory.

    Args:
        kill: asked again and again; the process is killed when it says so.

    Returns:
        the exit code.
    """
    notes.mkdir(parents=True, exist_ok=True)
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            for part in ("cmdline", "environ"):
                # It may have ended meanwhile; between fork and exec the arguments are still the parent's, so each look is kept.
                with suppress(OSError):
                    _add(notes / f"{pid}.{part}", (PROC / str(pid) / part).read_bytes())
        if kill():
            process.kill()
        time.sleep(POLL_SECONDS)
    return process.returncode


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for thread in (PROC / str(pid) / "task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                yield child
                yield from _children(child)


def _add(file: Path, content: bytes) -> None:
    known = file.read_bytes() if file.exists() else b""
    if content not in known:
        file.write_bytes(known + content)
