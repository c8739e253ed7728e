"""What Prefect and its tasks find in the environment of a command. To be entered before Prefect is imported: it reads its settings then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Its own log would stand between our lines; an error ends the command, with words.
QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
# Its client sends again after 408, 429, 502, 503 and lost answers by itself; a gateway's time-out is no other case.
PATIENT = {"PREFECT_CLIENT_RETRY_EXTRA_CODES": "504"}


@contextmanager
def prefect_environment(*, platform_file: Path | None = None, ready_file: Path | None = None) -> Iterator[None]:
    """Until the block ends, tasks of this process load the settings that the command was given, as they do at a worker."""
    named = {"DCR_PLATFORM_FILE": platform_file, "DCR_READY_FILE": ready_file}
    files = {name: str(path.resolve()) for name, path in named.items() if path}
    before = dict(os.environ)
    os.environ.update({**PATIENT, **before, **files, **QUIET})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
