"""Questions whose failure is an answer too: what could not be asked is told, and judged as nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from dcr.errors import DcrError, Passing
from dcr.inventory.thing import Holder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unasked:
    """Why there is no answer."""

    why: str


@dataclass(slots=True)
class Questions:
    """Of one inventory. A system that is silent once is not asked again: its time-outs would add up."""

    silent: dict[Holder, Unasked] = field(default_factory=dict)

    def ask(self, holder: Holder, read: Callable[[], T]) -> T | Unasked:
        """The answer, or why there is none. What is refused concerns this question alone, what is lost the system."""
        if holder in self.silent:
            return self.silent[holder]
        try:
            return read()
        except Passing as error:
            self.silent[holder] = Unasked(str(error))
            return self.silent[holder]
        except DcrError as error:
            return Unasked(str(error))
