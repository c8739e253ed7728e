"""How the organisation and the gateway can be made to misbehave. Everything is off by default."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Knobs = TypeVar("Knobs", bound=BaseModel)


class KonnectKnobs(BaseModel):
    """Of the platform API and the portal."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    denied: tuple[str, ...] = Field(
        default=(), description='"METHOD /path" prefixes that answer 403, rights that a token lacks; * stands for anything.'
    )
    forgets_labels: bool = Field(default=False, description="Labels are accepted and not kept.")
    returns_anothers: bool = Field(default=False, description="An application asked for by id is answered with another tenant's.")
    forgets_publications: bool = Field(default=False, description="Publishing answers success and keeps nothing.")
    sync_error: bool = Field(default=False, description="The auth plugin could not be installed on the gateway's services.")
    enforcement_delay_requests: int = Field(
        default=0, ge=0, description="How many requests the gateway needs to hear of an application, and then of an approval."
    )

    def denies(self, method: str, path: str) -> bool:
        """Whether the token lacks the right to this request."""
        return any(fnmatchcase(f"{method} {path}", f"{denied}*") for denied in self.denied)


class GatewayKnobs(BaseModel):
    """Of the gateway."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    open: bool = Field(default=False, description="Lets everyone in.")
    ignores_identity_provider: bool = Field(default=False, description="A known client id passes with any secret.")
    ignores_registrations: bool = Field(default=False, description="A good pair passes without a registration.")
    accepts_any_id: bool = Field(default=False, description="Any client id passes, known or not.")


def changed(knobs: Knobs, values: Mapping[str, Any]) -> Knobs:
    """The knobs with some anew; raises ValueError for one that does not exist or takes no such value."""
    return type(knobs).model_validate({**knobs.model_dump(), **values})
