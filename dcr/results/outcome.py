"""What a step found or did: facts, changes and claims, never a secret. Prefect may keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from dcr.errors import Problem
from dcr.results.changes import Change
from dcr.results.facts import NOTHING_KNOWN, Facts
from dcr.results.report import Claim, Orphan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one step, for one item."""

    facts: Facts = NOTHING_KNOWN
    changes: tuple[Change, ...] = ()  # of an observation: what would be written; else what was
    problems: tuple[Problem, ...] = ()  # what people have to fix first
    claims: tuple[Claim, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    vault_paths: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, later: Outcome) -> Outcome:
        """Both, each thing once; what is known later wins."""
        return Outcome(
            self.facts.merge(later.facts),
            _once(self.changes + later.changes),
            _once(self.problems + later.problems),
            self.claims + later.claims,
            _once(self.orphans + later.orphans),
            _once(self.vault_paths + later.vault_paths),
            _once(self.warnings + later.warnings),
        )


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Several, in their order, as one."""
    return sum(outcomes, Outcome())


def _once(things: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(things))
