"""How many requests a run sent to each system. The smoke test is its own row: the promise of few requests is about the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from dcr.results.report import SystemRequests

Tally = Counter[tuple[str, str]]  # (system, "reads" or "writes")


class RequestCounting:
    """Counts from its making on. The clients are shared by the process, so other runs in it are counted too."""

    def __init__(self, totals: Callable[[], Iterable[SystemRequests]]) -> None:
        self._totals = totals
        self._before = self._now()
        self._apart: dict[str, Tally] = {}

    def _now(self) -> Tally:
        return Counter(
            {(row.system, kind): count for row in self._totals() for kind, count in (("reads", row.reads), ("writes", row.writes))}
        )

    @contextmanager
    def apart(self, name: str) -> Iterator[None]:
        """Count what is sent inside under this name instead of the systems'."""
        before = self._now()
        try:
            yield
        finally:
            self._apart[name] = self._now() - before

    def rows(self) -> list[SystemRequests]:
        """A row for each system, then those that were counted apart."""
        now = self._now()
        rest = now - self._before - sum(self._apart.values(), Counter())
        rows = [SystemRequests(system=system, reads=rest[system, "reads"], writes=rest[system, "writes"]) for system in _systems(now)]
        return rows + [
            SystemRequests(system=name, reads=_sum(tally, "reads"), writes=_sum(tally, "writes")) for name, tally in self._apart.items()
        ]


def _systems(tally: Tally) -> list[str]:
    return list(dict.fromkeys(system for system, _ in tally))


def _sum(tally: Tally, kind: str) -> int:
    return sum(count for (_, named), count in tally.items() if named == kind)
