"""Keeps what a run does and sees while it goes, and makes the report of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dcr.errors import DcrError, Pending
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Change, Stage
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Decision, Orphan, Report, StageReport, SystemRequests, Verdict


def now() -> str:
    """RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


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

    def keep(self, outcome: Outcome, *, written: bool) -> None:
        """Add one step's outcome; what a look found to be written is not written yet."""
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
        verdict = _worst([claim.verdict for claim in self.claims[claims:]])
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
            verdict=Verdict.FAILED if self.error else _worst([stage.verdict for stage in self.stages]),
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


def shown(claims: list[Claim]) -> str:
    """How many claims hold."""
    good = sum(claim.verdict is Verdict.OK for claim in claims)
    return f"{good} of {len(claims)} claims shown"


def _worst(verdicts: list[Verdict]) -> Verdict:
    order = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PENDING)
    return next((verdict for verdict in order if verdict in verdicts), Verdict.OK)
