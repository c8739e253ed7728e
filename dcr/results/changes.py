"""A difference as data. It cannot write; plan, drift, log, report and artifact render the same tuples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

KNOWN_AFTER_APPLY = "(known after apply)"


class Stage(StrEnum):
    """The six stages, in the order in which the world changes; and what takes away what is no longer asked for, where there is any."""

    PREFLIGHT = "preflight"
    CURITY_CONFIGURATION = "curity configuration"
    DCR_ENABLEMENT = "DCR enablement"
    PORTAL_BINDING = "portal binding"
    APPLICATION = "application"
    REMOVAL = "removal"
    SMOKE_TEST = "smoke test"


class Scope(StrEnum):
    """Whose thing is changed: everybody's on the platform, or one tenant's."""

    PLATFORM = "platform"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that differs. A write-only value appears only as the Vault version that was sent."""

    stage: Stage
    scope: Scope
    path: str  # in the vendor's words: konnect/dcr-providers/curity/issuer
    before: str | None  # None: absent
    after: str | None  # None: to be removed
    conflict: str = ""  # whose thing stands here and would be overwritten; empty: nobody's
    impact: str = ""  # what it does to others
    asks: bool = False  # it sets nothing, and only has something asked again
    removes: str = ""  # what stops working by it; empty: nothing that anybody may be using
    taken: bool = False  # whoever asks for it has named it to be taken over in spite of the conflict

    @property
    def standing(self) -> str:
        """What its conflict is called."""
        return "taken over, as asked" if self.taken else "conflict"

    def __str__(self) -> str:
        match self:
            case Change(before=None):
                line = f"+ {self.path} = {self.after}"
            case Change(after=None):
                line = f"- {self.path} (was {self.before})"
            case _:
                line = f"~ {self.path}: {self.before} -> {self.after}"
        notes = [f"    {self.standing}: {self.conflict}"] if self.conflict else []
        notes += [f"    affects others: {self.impact}"] if self.impact else []
        notes += [f"    removes: {self.removes}"] if self.removes else []
        return "\n".join([line, *notes])


def render(changes: Iterable[Change]) -> str:
    """The plan as a person reads it, in the order of writing."""
    return "\n".join(map(str, changes)) or "no changes"
