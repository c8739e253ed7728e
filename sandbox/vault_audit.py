"""What was asked of Vault, read from its audit file: the counterpart of the request log for a server that is not ours.

Source: docs/vendors/vault.md, Audit (values are hashed, paths and operations stand in clear).
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AuditedRequest:
    """One request to Vault: `operation` is read, list, create, update, patch or delete; `path` has no `v1/`."""

    operation: str
    path: str


class VaultAudit:
    """The requests since the start or the last `clear`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._offset = 0

    def requests(self) -> list[AuditedRequest]:
        """All of them, in order. Vault writes the file before it answers."""
        with self._lock, self._file.open("rb") as stream:
            stream.seek(self._offset)
            lines = [json.loads(line) for line in stream if line.endswith(b"\n")]
        asked = [line["request"] for line in lines if line["type"] == "request"]
        return [AuditedRequest(str(one["operation"]), str(one["path"])) for one in asked]

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._offset = self._file.stat().st_size
