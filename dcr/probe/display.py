"""What a probe finds: data, rendered as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from dcr.http.recorded_exchanges import Exchange

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Told:
    """What reading says of one fact."""

    reading: str | None  # None: it could not be told here
    how: str  # what was seen, or why nothing can be told


class FactTold(BaseModel):
    """One open fact."""

    model_config = ConfigDict(frozen=True)
    id: str = Field(description="As in the sandbox's list of open facts.")
    reading: str | None = Field(description="The reading that holds here; null: not told.")
    how: str = Field(description="What was seen, or why it cannot be told.")


class Probed(BaseModel):
    """One probe of one platform."""

    model_config = ConfigDict(frozen=True, title="Probe")
    schema_version: int = SCHEMA_VERSION
    platform: str
    facts: tuple[FactTold, ...]
    versions: dict[str, str] = Field(description="What each system tells of itself.")
    missing: tuple[str, ...] = Field(description="Rights that are missing, and systems that could not be asked.")

    @property
    def readings(self) -> dict[str, str]:
        """In the form that the sandbox takes."""
        return {fact.id: fact.reading for fact in self.facts if fact.reading is not None}


def bundle(probed: Probed, exchanges: tuple[Exchange, ...]) -> dict[str, object]:
    """For a bug report: what was told, and every exchange without hosts and values."""
    return {"probe": probed.model_dump(mode="json"), "exchanges": [exchange.shown() for exchange in exchanges]}
