"""Keeps what a run does and sees while it goes, and makes the report of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dcr.errors import DcrError, Pending, Problem
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.model.timestamps import now
from dcr.results.changes import Change, Stage
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Decision, Orphan, Report, StageReport, SystemRequests, Verdict, judged, worst


@dataclass(slots=True)
class Record:
    """Of one run. Not for several threads."""

    platform: Platform
    tenant: Tenant | None
    run: str
    started_at: str = field(default_factory=now)
    stages: list[StageReport] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    vault_paths: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    requests: list[SystemRequests] = field(default_factory=list)
    approval: Decision | None = None
    error: str = ""

    def begin_anew(self, approval: Decision) -> None:
        """A person has decided on what was found so far; what follows is found anew."""
        self.approval = approval
        self.stages, self.changes, self.claims, self.orphans, self.vault_paths, self.warnings = [], [], [], [], [], []

    def failed(self, error: DcrError) -> None:
        """An error of ours has ended the run."""
        self.error = self.error or str(error)

    def interrupted(self, ended: BaseException) -> None:
        """Something else has: a signal, a time-out, a fault of this program. Its words may hold anything, so only its kind is kept."""
        self.error = self.error or f"the run was ended by {type(ended).__name__}. What was written stays; run it again to go on."

    def keep_observed(self, outcomes: Iterable[Outcome], *, drift: bool) -> None:
        """Of a run that writes nothing: what could not be asked is not known to be as accepted.

        Args:
            drift: it is this run's business that what differs is not as accepted.
        """
        for outcome in outcomes:
            self.keep(outcome, written=drift)
            self.claims += [_drifted(change) for change in outcome.changes if drift]
            judged_already = {claim.detail for claim in outcome.claims}
            self.claims += [claim for claim in map(_undetermined, outcome.problems) if claim.detail not in judged_already]

    def shown_since(self, claims: int) -> str:
        """How many of the claims that came after so many hold."""
        made = self.claims[claims:]
        good = sum(claim.verdict is Verdict.OK for claim in made)
        return f"{good} of {len(made)} claims shown"

    def keep(self, outcome: Outcome, *, written: bool, instead_of: Outcome = Outcome()) -> None:  # noqa: B008 - it is frozen
        """Add one step's outcome; what a look found to be written is not written yet.

        Args:
            instead_of: what the look found of the same thing: what it warned of has come about, or has not.
        """
        self.warnings = [warning for warning in self.warnings if warning not in instead_of.warnings]
        self.changes += outcome.changes if written else ()
        self.claims += outcome.claims
        self.orphans += [left for left in outcome.orphans if left not in self.orphans]
        self.vault_paths += [path for path in outcome.vault_paths if path not in self.vault_paths]
        self.warnings += [warning for warning in outcome.warnings if warning not in self.warnings]

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[list[str]]:
        """Time one stage and judge it by what happens inside. What is put into the list is its summary instead of the usual one."""
        said: list[str] = []
        began, changes, claims = time.monotonic(), len(self.changes), len(self.claims)
        try:
            yield said
        except Pending as error:
            detail = f"{error.problem}. {error.remedy}"
            self.claims.append(Claim(stage=stage, what=error.where, verdict=Verdict.PENDING, detail=detail))
            self._end(stage, Verdict.PENDING, error.problem, began)
            raise
        except DcrError as error:
            self.error = str(error)
            self._end(stage, Verdict.FAILED, error.problem, began)
            raise
        written = len(self.changes) - changes
        verdict = worst(claim.verdict for claim in self.claims[claims:])
        usual = f"{written} change{'s' if written != 1 else ''} written" if written else "no changes"
        self._end(stage, verdict, " ".join(said) or usual, began)

    def _end(self, stage: Stage, verdict: Verdict, summary: str, began: float) -> None:
        self.stages.append(StageReport(stage=stage, verdict=verdict, summary=summary, milliseconds=int((time.monotonic() - began) * 1000)))

    def report(self) -> Report:
        """The report as far as the run has come."""
        return Report(
            platform=self.platform.name,
            tenant=self.tenant.slug if self.tenant else "",
            run=self.run,
            requested_by=self.tenant.requested_by if self.tenant else "",
            ticket=self.tenant.ticket if self.tenant else "",
            started_at=self.started_at,
            verdict=judged(self.error, self.stages),
            stages=tuple(self.stages),
            changes=tuple(self.changes),
            claims=tuple(self.claims),
            vault_paths=tuple(self.vault_paths),
            orphans=tuple(self.orphans),
            warnings=tuple(self.warnings),
            requests=tuple(self.requests),
            approval=self.approval,
            error=self.error,
        )


def _drifted(change: Change) -> Claim:
    seen = f"it is {change.before or 'absent'}, wanted is {change.after or 'absent'}"
    return Claim(stage=change.stage, what=f"{change.path} is as accepted", verdict=Verdict.FAILED, detail=seen)


def _undetermined(problem: Problem) -> Claim:
    what = f"{problem.field} is as accepted"
    return Claim(stage=Stage.PREFLIGHT, what=what, verdict=Verdict.UNKNOWN, detail=f"{problem.fault}. {problem.remedy}")
