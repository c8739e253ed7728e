"""One thing somewhere, what it is judged to be, and all of them together."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from dcr.results.report import Verdict

FROZEN = ConfigDict(extra="forbid", frozen=True)


class Judgement(StrEnum):
    """Exactly one of these for each thing."""

    OURS = "ours"
    ANOTHER = "another tenant's"
    FOREIGN = "foreign"
    ORPHAN = "orphan"
    SECRET_MISSING = "secret missing"  # noqa: S105 - words
    UNKNOWN = "cannot tell"


TO_SETTLE = (Judgement.ORPHAN, Judgement.SECRET_MISSING)


class Holder(StrEnum):
    """The system in which a thing is."""

    VAULT = "vault"
    KONNECT = "konnect"
    CURITY = "curity"


class Thing(BaseModel):
    """Of one system. No secret is in it."""

    model_config = FROZEN
    system: Holder
    kind: str  # in the vendor's words: application, registration, DCR provider
    name: str
    where: str  # a path, or an id within something that people know
    judged: Judgement
    why: str
    tenant: str = ""  # whose it is, or was; empty: the platform's, or nobody's that is known
    since: str = ""  # RFC 3339; empty: the system does not tell
    settle: str = ""  # the command, or what is to be done at the vendor's side; empty: nothing


class Inventory(BaseModel):
    """What was found at one time."""

    model_config = FROZEN
    schema_version: Literal[1] = 1
    platform: str
    tenant: str = ""  # empty: of the whole platform
    at: str  # RFC 3339
    things: tuple[Thing, ...]
    limits: tuple[str, ...] = ()  # what this installation does not offer to be asked: no fault, and no part of the verdict

    def of(self, *judged: Judgement) -> tuple[Thing, ...]:
        """Those that are judged so."""
        return tuple(thing for thing in self.things if thing.judged in judged)

    @property
    def verdict(self) -> Verdict:
        """What has to be settled outranks what could not be asked, as in every report."""
        if self.of(*TO_SETTLE):
            return Verdict.FAILED
        return Verdict.UNKNOWN if self.of(Judgement.UNKNOWN) else Verdict.OK

    @property
    def summary(self) -> str:
        """How many there are of each, in one line."""
        counted = [(len(self.of(judged)), judged) for judged in Judgement]
        return ", ".join(f"{number} {judged.value}" for number, judged in counted if number) or "nothing is there"
