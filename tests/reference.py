"""Where the vendors' documents and samples are, if they are at hand. They are not part of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference"
_DOCUMENTS = {
    "curity": "Curity's YANG modules, exports, configuration samples and recorded answers",
    "konnect": "Konnect's OpenAPI documents, by which the sandbox's answers are judged wherever it is used, and samples",
    "vault": "the policies that ours are compared with",
}
NOT_HERE = "the vendors' documents (../shared/reference) are not here"
REFERENCE: Path | None = _FOLDER if _FOLDER.is_dir() else None
needs_reference = pytest.mark.skipif(REFERENCE is None, reason=NOT_HERE)


def reference() -> Path:
    """The folder; for tests that are marked `needs_reference`."""
    assert REFERENCE is not None
    return REFERENCE


def missing_documents() -> list[str]:
    """Which of them are not at hand, in words."""
    return [f"{words} (../shared/reference/{name})" for name, words in _DOCUMENTS.items() if not (_FOLDER / name).is_dir()]
