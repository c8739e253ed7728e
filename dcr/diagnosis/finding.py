"""What one check of a diagnosis found: data, rendered as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from dcr.http.recorded_exchanges import Exchange
from dcr.results.evidence import Evidence
from dcr.results.report import Verdict

SCHEMA_VERSION = 1


class Finding(BaseModel):
    """One link of the chain."""

    model_config = ConfigDict(frozen=True)
    what: str = Field(description="What was asked, in words.")
    verdict: Verdict
    said: str = Field(default="", description="Who said what.")
    remedy: str = Field(default="", description="What to do about it. Empty if all is well.")
    calls: tuple[Evidence, ...] = Field(default=(), description="The last calls that showed it, with status and request id.")


class Diagnosis(BaseModel):
    """Of one tenant on one platform."""

    model_config = ConfigDict(frozen=True, title="Diagnosis")
    schema_version: int = SCHEMA_VERSION
    platform: str
    tenant: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = Field(description="What the diagnosis did, and what it did not ask.")

    @property
    def all_well(self) -> bool:
        """Whether nothing failed and everything could be asked. What waits for a person is no fault."""
        return all(finding.verdict in (Verdict.OK, Verdict.PENDING) for finding in self.findings)


def last_calls(exchanges: Iterable[Exchange], systems: frozenset[str]) -> tuple[Evidence, ...]:
    """The last call of each system that a finding is about."""
    last = {exchange.system: exchange.evidence for exchange in exchanges if exchange.system in systems}
    return tuple(last.values())
