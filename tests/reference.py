"""Where the vendors' documents and samples are, if they are at hand. They are not part of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference"
REFERENCE: Path | None = _FOLDER if _FOLDER.is_dir() else None
needs_reference = pytest.mark.skipif(REFERENCE is None, reason="the reference folder (../shared/reference) is not here")


def reference() -> Path:
    """The folder; for tests that are marked `needs_reference`."""
    assert REFERENCE is not None
    return REFERENCE
