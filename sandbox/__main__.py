"""Runs the sandbox until it is told to stop: `python -m sandbox --ready-file F`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence

from sandbox.arguments import parse_arguments
from sandbox.ready_file import remove_ready_file, write_ready_file
from sandbox.world import World, WorldDidNotStart


def main(arguments: Sequence[str]) -> int:
    """Start all systems, write the ready file, wait for a signal, and clean up.

    Returns:
        0 after a stop that was asked for, 1 if a system did not start.
    """
    given = parse_arguments(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        with World(given.options) as world:
            write_ready_file(given.ready_file, world.ready)
            sys.stdout.write(f"sandbox is ready: {given.ready_file}\n")
            sys.stdout.flush()
            stop.wait()
            remove_ready_file(given.ready_file)
    except WorldDidNotStart as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
