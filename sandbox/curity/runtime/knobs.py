"""What a test may set at Curity's run time: delays by count, the clock, the node's state, and mutations. All off by default.

A mutation makes the run time wrong on purpose, to show that a client notices; a reading never is wrong for certain.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RuntimeKnobs(BaseModel):
    """Knobs of system `curity-runtime` on the control port."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    metadata_delay_requests: int | None = Field(
        default=None, ge=0, description="Metadata requests for which a new registration_endpoint stays hidden; null: as the reading says."
    )
    clock_advance_seconds: int = Field(default=0, ge=0, description="How far the run time's clock is ahead.")
    node_state: Literal["BOOTING", "WAITING", "RUNNING", "ERROR", "STOPPING"] = Field(
        default="RUNNING", description="What the status endpoint says."
    )
    graphql_scope: str = Field(default="dcrm", description="The scope that the authorization manager asks for at the GraphQL API.")
    hide_registration_endpoint: bool = Field(default=False, description="Mutation: metadata never shows registration_endpoint.")
    accept_any_secret: bool = Field(default=False, description="Mutation: the token endpoint takes any secret of a known client.")
    foreign_subject: bool = Field(default=False, description="Mutation: `sub` of a client-credentials token is not the client id.")
    foreign_jwks: bool = Field(default=False, description="Mutation: the JWKS publishes another key under the right kid.")
