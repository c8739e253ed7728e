"""Applications as a portal's admin sees them: here an existing client of Curity is made known to Konnect, and no secret passes.

Source: reference/konnect.md section 7, `/v3/portals/{portalId}/applications`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dcr.errors import CheckFailed, Missing
from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import SYSTEM, Konnect


class Owner(KonnectAnswer):
    """The developer or the team whose application it is."""

    type: str
    id: Id


class OwnStrategy(KonnectAnswer):
    id: Id


class KonnectApplication(KonnectAnswer):
    id: Id
    name: str
    description: str | None = None
    client_id: str | None = None  # absent where keys are the credentials
    auth_strategy: OwnStrategy | None = None
    owner: Owner | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KonnectApplicationSpec:
    """What the tenant asks for. None: known after apply."""

    name: str
    description: str
    owner_type: str
    owner_id: str | None
    auth_strategy_id: str | None

    @property
    def owner(self) -> dict[str, str | None]:
        """As Konnect writes it."""
        return {"type": self.owner_type, "id": self.owner_id}

    def owns(self, found: KonnectApplication) -> bool:
        """Whether the application is the wanted owner's; one that does not say whose it is counts as that."""
        return found.owner is None or found.owner.model_dump() == self.owner


def find_application(konnect: Konnect, portal_id: str, application_id: str) -> KonnectApplication | None:
    """The application with this id, or None.

    Raises:
        CheckFailed: Konnect answers with another one.
    """
    try:
        found = konnect.read(_path(portal_id, application_id), KonnectApplication)
    except Missing:
        return None
    if found.id != application_id:
        raise CheckFailed(
            SYSTEM, f"asked for application {application_id}, it answered with {found.id}", "Report this to Kong; nothing was written."
        )
    return found


def find_applications_of_client(konnect: Konnect, portal_id: str, client_id: str) -> tuple[KonnectApplication, ...]:
    """The portal's applications with this client, oldest first, whoever owns them. There is no filter by client."""
    found = konnect.listed(_path(portal_id), KonnectApplication, {})
    return tuple(sorted((one for one in found if one.client_id == client_id), key=lambda one: one.created_at))


def create_application(konnect: Konnect, portal_id: str, wanted: KonnectApplicationSpec, client_id: str) -> str:
    """Create an application for a client that exists at Curity already, and return its id (UUID).

    Raises:
        Unknown: find it by its client before trying again; there is no idempotency key.
        CheckFailed: what was created has another client.
    """
    body: dict[str, Any] = {
        "name": wanted.name,
        "owner": wanted.owner,
        "auth_strategy_id": wanted.auth_strategy_id,
        "dcr_client_id": client_id,
    }
    if wanted.description:
        body["description"] = wanted.description
    created = konnect.write("POST", _path(portal_id), body, KonnectApplication)
    konnect.created(created.id)
    if created.client_id != client_id:
        said = f"was to adopt client {client_id} for {wanted.name}, and created application {created.id} for client {created.client_id}"
        raise CheckFailed(SYSTEM, said, "Delete that application, and check that its auth strategy has a DCR provider.")
    return created.id


def change_owner(konnect: Konnect, portal_id: str, application_id: str, wanted: KonnectApplicationSpec) -> None:
    """Give the application to another developer or team: all that an admin can change of it."""
    konnect.write("PATCH", _path(portal_id, application_id), {"owner": wanted.owner}, KonnectApplication)


def delete_application(konnect: Konnect, portal_id: str, application_id: str) -> None:
    """Delete an application with its registrations, and prove that it is gone. Konnect may remove its client at Curity too.

    Raises:
        CheckFailed: it is still there.
    """
    try:
        konnect.send("DELETE", _path(portal_id, application_id))
    except Missing:
        return
    konnect.consistency.forget(application_id)
    if find_application(konnect, portal_id, application_id) is not None:
        said = f"deleted application {application_id}, but it is still there"
        raise CheckFailed(SYSTEM, said, "Delete it in the portal, then run again.")


def _path(portal_id: str, application_id: str = "") -> str:
    return f"/v3/portals/{portal_id}/applications" + (f"/{application_id}" if application_id else "")
