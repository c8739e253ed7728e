"""A rule or a check, the few lines that take it away, and the tests that must turn red then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Deletion:
    """One rule or check, and the world without it."""

    what: str
    file: str
    old: str  # stands there exactly once
    new: str
    tests: tuple[str, ...]  # arguments of pytest

    def __str__(self) -> str:
        return self.what

    def apply(self, tree: Path) -> None:
        """Take it away in this copy of the tree."""
        file = tree / self.file
        text = file.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has changed: write this deletion anew"
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")
