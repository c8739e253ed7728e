"""What a run would do, as data: `--json`, text and Markdown render the same values."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from dcr.errors import Problem
from dcr.results.changes import Change, Scope
from dcr.results.report import Orphan

SCHEMA_VERSION = 2


class Plan(BaseModel):
    """Everything that onboarding would write, and what stands against it."""

    model_config = ConfigDict(frozen=True, title="Plan")
    schema_version: int = Field(default=SCHEMA_VERSION, description="Grows when a reader of the old form would misread the new one.")
    platform: str
    tenant: str = Field(description="Its slug. Empty: the platform's own part only.")
    changes: tuple[Change, ...] = Field(description="In the order of writing.")
    problems: tuple[Problem, ...] = Field(description="What people have to fix before anything can be written.")
    stops: tuple[Problem, ...] = Field(description="Changes that the platform's policy forbids: the run would stop before its first write.")
    warnings: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = Field(default=(), description="What earlier runs may have left behind.")

    @property
    def possible(self) -> bool:
        """Whether a run could write these changes."""
        return not (self.problems or self.stops)

    def summary(self) -> str:
        """In a sentence or two, for a state or the last line of a text."""
        against = [_listed("problem", self.problems), _listed("stop", self.stops)]
        return " ".join([self.counted(), *filter(None, against)])

    def counted(self) -> str:
        """How many changes, and of which kind."""
        if not self.changes:
            return "No difference was found as far as could be looked." if self.problems else "No changes."
        shared = sum(change.scope is Scope.PLATFORM for change in self.changes)
        taking_over = sum(bool(change.conflict) for change in self.changes)
        notes = [f"{shared} to what all tenants share"] if shared else []
        notes += [f"{counted(taking_over, 'conflict')}"] if taking_over else []
        return counted(len(self.changes), "change") + (f" ({', '.join(notes)})." if notes else ".")


def _listed(kind: str, problems: Iterable[Problem]) -> str:
    lines = [f"{problem.field}: {problem.fault}" for problem in problems]
    return f"{counted(len(lines), kind)}: {'; '.join(lines)}." if lines else ""


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 change, 2 changes."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
