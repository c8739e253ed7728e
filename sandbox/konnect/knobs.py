"""How the organisation and the gateway can be made to misbehave. Everything is off by default."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Knobs = TypeVar("Knobs", bound=BaseModel)


class MoreRoute(BaseModel):
    """A route that somebody added to the control plane, beside those of the initial world."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    service: str = Field(min_length=1, description="Name of its service; one that is not there is made, with no API and so with no plugin.")
    name: str = Field(default="", description="Of the route; by default it has none.")
    paths: tuple[str, ...] = Field(default=(), description="Prefixes, or with ~ a regular expression; none: any path.")
    methods: tuple[str, ...] = Field(default=(), description="None: any.")
    hosts: tuple[str, ...] = Field(default=(), description="None: any; * may stand for a label.")
    protocols: tuple[str, ...] = Field(default=("https",), min_length=1)

    @model_validator(mode="after")
    def _has_a_rule(self) -> Self:
        """Source: docs/vendors/konnect.md, Gateway configuration."""
        if not (self.paths or self.methods or self.hosts):
            raise ValueError("a route needs paths, methods or hosts")
        return self


class KonnectKnobs(BaseModel):
    """Of the platform API and the portal."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    denied: tuple[str, ...] = Field(
        default=(), description='"METHOD /path" prefixes that answer 403, rights that a token lacks; * stands for anything.'
    )
    forgets_labels: bool = Field(default=False, description="Labels are accepted and not kept.")
    returns_anothers: bool = Field(default=False, description="An application asked for by id is answered with another tenant's.")
    forgets_publications: bool = Field(default=False, description="Publishing answers success and keeps nothing.")
    keeps_deleted: bool = Field(default=False, description="Deleting an application or a registration answers 204 and keeps it.")
    sync_error: bool = Field(default=False, description="The auth plugin could not be installed on the gateway's services.")
    enforcement_delay_requests: int = Field(
        default=0, ge=0, description="How many requests the gateway needs to hear of an application, and then of an approval."
    )
    more_routes: tuple[MoreRoute, ...] = Field(
        default=(), description="Routes beside those of the initial world; setting it replaces them."
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
    ignores_revocations: bool = Field(default=False, description="A registration that was approved once lets in for ever, gone or not.")
    accepts_any_id: bool = Field(default=False, description="Any client id passes, known or not.")


def changed(knobs: Knobs, values: Mapping[str, Any]) -> Knobs:
    """The knobs with some anew; raises ValueError for one that does not exist or takes no such value."""
    return type(knobs).model_validate({**knobs.model_dump(), **values})
