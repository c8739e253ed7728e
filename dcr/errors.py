"""Errors by what the caller can do about them: try again, read again, or have a person change something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class DcrError(Exception):
    """Where, what is wrong, what to do next. Never a response body, never a secret."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(where, problem, remedy)  # positional, so that a pickled copy can rebuild itself
        self.where, self.problem, self.remedy = where, problem, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}. {self.remedy}"


class Passing(DcrError):
    """Nothing was applied and the same call may succeed later: not sent, 429, 503, locked, sealed."""

    retry_after: float | None = None  # seconds, if the server named a wait


class Unreachable(Passing):
    """No connection came about: wrong address, not running, or not exposed to where we are. The call was not sent."""


class Busy(Passing):
    """Another run holds the lock; the problem names it and says until when."""


class Unknown(DcrError):
    """The call may have been applied: answer lost, 500, 502, 504. Read before writing again."""


class Stale(DcrError):
    """What was read has changed since (412 on If-Match, check-and-set did not match). Read and diff again, then write."""


class Refused(DcrError):
    """Fails every time: 400, 401, 403, a missing reference. The remedy says who changes what."""


class Missing(Refused):
    """What the call names does not exist (404)."""


class LostLock(Refused):
    """The lock expired or was taken over while this run held it: it must not write any more."""


class Pending(DcrError):
    """It waits for people. Nothing failed: what converged stays, and running again goes on from here."""


class CheckFailed(Refused):
    """A run-time check (metadata, smoke test) did not become true before its deadline, or was plainly false."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input or of the surroundings, in one line."""

    field: str  # tenant.applications[0].redirect_uri, or the vendor's words: konnect/portals/acme-portal
    fault: str
    remedy: str
    place: str = ""  # file:line, where it stands in a document

    def __str__(self) -> str:
        line = f"{self.field}: {self.fault}. {self.remedy}"
        return f"{self.place}: {line}" if self.place else line


class Problems(DcrError):
    """Several faults at once, found before anything was written."""

    def __init__(self, where: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(where, f"{count} problem{'s' if count != 1 else ''}", "Nothing was written.")
        self.args = (where, self.problems)

    def __str__(self) -> str:
        return "\n".join([f"{self.where}: {self.problem}. {self.remedy}", *(f"  {problem}" for problem in self.problems)])


class Conflict(Problems):
    """Something foreign stands where ours would go, or the platform's policy forbids the change. Nothing was written."""
