"""What a run did and saw, as data. The terminal, the Prefect artifact and `--json` render the same values; nothing here fetches."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dcr.results.changes import Change, Stage
from dcr.results.evidence import Evidence

SCHEMA_VERSION = 2


class Verdict(StrEnum):
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"  # could not be asked
    PENDING = "pending"  # waits for a person


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of several: what was plainly false, else what could not be asked, else what waits; ok only if everything is."""
    found = set(verdicts)
    return next((verdict for verdict in (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PENDING) if verdict in found), Verdict.OK)


class Claim(BaseModel):
    """One thing that was found to be so, or not, and the call that showed it."""

    model_config = ConfigDict(frozen=True)
    stage: Stage
    what: str = Field(description="In words: 'a wrong secret is refused at GET /orders'.")
    verdict: Verdict
    detail: str = Field(default="", description="What was seen instead, and what to do about it.")
    evidence: Evidence | None = None


class Orphan(BaseModel):
    """Something this tool may have left behind in a system and could not clean up."""

    model_config = ConfigDict(frozen=True)
    system: str
    what: str = Field(description="Its kind and name or id.")
    since: str = Field(description="RFC 3339, UTC.")
    remedy: str


class Decision(BaseModel):
    """What a person said of the plan, where the platform asks for one."""

    model_config = ConfigDict(frozen=True)
    approved: bool
    by: str
    reason: str = ""

    def __str__(self) -> str:
        return f"by {self.by}{f': {self.reason}' if self.reason else ''}"


class StageReport(BaseModel):
    model_config = ConfigDict(frozen=True)
    stage: Stage
    verdict: Verdict
    summary: str = ""
    milliseconds: int = 0


def judged(error: str, stages: Iterable[StageReport]) -> Verdict:
    """The one verdict of a run, from which flow state, exit code, artifact and event follow.

    Args:
        error: what ended it early; empty: nothing did.
    """
    return Verdict.FAILED if error else worst(stage.verdict for stage in stages)


class SystemRequests(BaseModel):
    """How many requests one system was sent by this process during the run."""

    model_config = ConfigDict(frozen=True)
    system: str
    reads: int
    writes: int


class Report(BaseModel):
    """One run for one tenant."""

    model_config = ConfigDict(frozen=True)
    schema_version: int = SCHEMA_VERSION
    platform: str
    tenant: str
    run: str = Field(description="Name or id of the run.")
    requested_by: str
    ticket: str = ""
    started_at: str
    verdict: Verdict
    stages: tuple[StageReport, ...]
    changes: tuple[Change, ...]
    claims: tuple[Claim, ...]
    vault_paths: tuple[str, ...] = Field(description="Where the secrets are: vault://mount/path.")
    orphans: tuple[Orphan, ...] = ()
    warnings: tuple[str, ...] = ()
    requests: tuple[SystemRequests, ...] = ()
    approval: Decision | None = None
    error: str = ""

    @property
    def summary(self) -> str:
        """In one line: what ended the run, else what is not as it should be, else what was written and shown."""
        if self.error:
            return self.error
        wrong = [f"{stage}: {'; '.join(_by_cause(claims))}" for stage, claims in self._wrong().items()]
        written = f"{len(self.changes)} change{'' if len(self.changes) == 1 else 's'}" if self.changes else "no changes"
        return "; ".join(wrong) or f"{written}, {len(self.claims)} claim{'' if len(self.claims) == 1 else 's'} shown"

    def _wrong(self) -> dict[Stage, list[Claim]]:
        """What is not as it should be, stage by stage."""
        wrong: dict[Stage, list[Claim]] = {}
        for claim in self.claims:
            if claim.verdict is not Verdict.OK:
                wrong.setdefault(claim.stage, []).append(claim)
        return wrong

    @property
    def waits_at(self) -> StageReport | None:
        """The stage that waits for people, so that none after it was begun; None if every stage was gone through."""
        last = self.stages[-1] if self.stages else None
        return last if last and last.verdict is Verdict.PENDING and last.stage is not Stage.SMOKE_TEST else None


def _by_cause(claims: Iterable[Claim]) -> list[str]:
    """Claims that do not hold, each with what was seen instead; where several share a cause, it is said once."""
    causes: dict[str, dict[str, None]] = {}
    for claim in claims:
        causes.setdefault((claim.detail or claim.verdict).removesuffix("."), {})[claim.what] = None
    return [f"{', '.join(whats)}: {cause}" for cause, whats in causes.items()]
