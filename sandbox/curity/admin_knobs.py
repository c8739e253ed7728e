"""What a test may set at Curity's admin node: rights, locks, licence, and mutations. All off by default.

A mutation makes the server wrong on purpose, to show that a client notices; a reading never is wrong for certain.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ACCESS_TOKEN_AS_JWT = "/profiles/profile/token-issuers/default-token-issuer/access-token-as-jwt"
DEPLOYED_ENDPOINTS = "/environments/environment/services/service-role/endpoints"


class AdminKnobs(BaseModel):
    """Knobs of system `curity-admin` on the control port. Paths are names from the top without prefixes: `/profiles/profile/endpoints`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    denied_reads: list[str] = Field(default=[], description="Paths that may not be read: 403, or left out of more.")
    denied_writes: list[str] = Field(default=[], description="Paths that may not be changed: 403.")
    locked_edits: int = Field(default=0, ge=0, description="Edits to come that find the datastore locked by another session: 409.")
    starting_requests: int = Field(default=0, ge=0, description="Requests to come while the admin service starts: 503.")
    unlicensed: bool = Field(default=False, description="No licence: 503 for every resource, after authentication.")
    change_nothing: bool = Field(default=False, description="Mutation: edits are answered as usual and change nothing.")
    ignore_jwt_switch: bool = Field(default=False, description="Mutation: access-token-as-jwt is taken and dropped.")
    ignore_deployment: bool = Field(default=False, description="Mutation: endpoints of a service role are taken and dropped.")

    @property
    def dropped(self) -> frozenset[str]:
        """Schema paths whose values are silently not taken."""
        chosen = {ACCESS_TOKEN_AS_JWT: self.ignore_jwt_switch, DEPLOYED_ENDPOINTS: self.ignore_deployment}
        return frozenset(path for path, on in chosen.items() if on)
