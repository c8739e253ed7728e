"""Who a token belongs to. Source: docs/vendors/konnect.md, Base URLs and tokens, Roles."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.service import KonnectService


@dataclass(frozen=True, slots=True)
class Identity:
    """Handlers of `/v3/users/me` and `/v3/organizations/me`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        return [
            operation("GET", "/v3/users/me", self.me, "401"),
            operation("GET", "/v3/organizations/me", self.organization, "401"),
        ]

    def me(self, _call: Call) -> Answer:
        org = self.service.org
        person = {"id": str(uuid5(NAMESPACE_URL, org.id)), "email": "platform@acme.example", "full_name": "Acme platform team"}
        return Answer(body={**person, "preferred_name": "", "active": True, "inferred_region": "eu", **self._stamps()})

    def organization(self, _call: Call) -> Answer:
        org = self.service.org
        named = {"id": org.id, "name": "Acme", "owner_id": str(uuid5(NAMESPACE_URL, org.id)), "login_path": "acme"}
        return Answer(body={**named, "state": "active", "retention_period_days": 90, **self._stamps()})

    def _stamps(self) -> dict[str, str]:
        created_at = self.service.org.created_at
        return {"created_at": created_at, "updated_at": created_at}
