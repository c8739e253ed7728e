"""Sees every value of ours that any function of ours has in hand during a run, also those that live for a moment only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tests.leaks.representations import representations

ROOMS = ("dcr", "tasks", "flows")


class Witness:
    """Keeps them; threads share it."""

    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}  # kept alive, so that no other object gets the same id

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at all that is in hand whenever a function of ours ends."""
        threading.setprofile(self._watch)
        sys.setprofile(self._watch)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _watch(self, frame: FrameType, event: str, returned: Any) -> None:
        if event == "return" and frame.f_globals.get("__name__", "").partition(".")[0] in ROOMS:
            for value in (returned, *frame.f_locals.values()):
                self._keep(value)

    def _keep(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = tuple(value.values())
        if isinstance(value, Sequence | AbstractSet) and not isinstance(value, str | bytes):
            for one in value:
                self._keep(one)
        elif type(value).__module__.partition(".")[0] in ROOMS and id(value) not in self._seen:
            self._seen[id(value)] = value

    def classes(self) -> set[str]:
        """Of what was seen."""
        return {_name(value) for value in self._seen.values()}

    def written(self) -> dict[str, set[bytes]]:
        """Everything that was seen, by class and way of writing it."""
        found: dict[str, set[bytes]] = {}
        for value in list(self._seen.values()):
            for way, written in representations(value):
                found.setdefault(f"{_name(value)} by {way}", set()).add(written)
        return found


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
