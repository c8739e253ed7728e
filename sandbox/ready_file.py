"""The ready file: how the outside learns where the sandbox is and how to log in. It holds secrets, so only its owner reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_ready_file(file: Path, content: Mapping[str, Any]) -> None:
    """Write it whole: whoever sees the file sees all of it."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
        stream.write("\n")
    unfinished.replace(file)


def remove_ready_file(file: Path) -> None:
    """Remove it, unless another sandbox has replaced it since."""
    try:
        owner = json.loads(file.read_bytes())["pid"]
    except (OSError, ValueError, KeyError):
        return
    if owner == os.getpid():
        file.unlink(missing_ok=True)
