"""Commands are tested with an environment of their own: whoever runs the tests may have a sandbox or a platform set up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No DCR_ variable, and a directory without `.env`."""
    for name in [name for name in os.environ if name.startswith("DCR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
