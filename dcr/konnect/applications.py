"""Applications as a portal's admin sees them: here an existing client of Curity is made known to Konnect, and no secret passes.

Source: docs/vendors/konnect.md, Admin applications: `/v3/portals/{portalId}/applications`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from dcr.errors import CheckFailed, Missing
from dcr.http.sender import evidence_of
from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import SYSTEM, Konnect
from dcr.results.evidence import Evidence


class Owner(KonnectAnswer):
    """The developer or the team whose application it is."""

    type: str
    id: Id


class OwnStrategy(KonnectAnswer):
    id: Id


class OwnPortal(KonnectAnswer):
    id: Id


class KonnectApplication(KonnectAnswer):
    id: Id
    name: str
    description: str | None = None
    client_id: str | None = None  # absent where keys are the credentials
    auth_strategy: OwnStrategy | None = None
    owner: Owner | None = None
    portal: OwnPortal | None = None
    created_at: datetime


def find_application(konnect: Konnect, portal_id: str, application_id: str) -> KonnectApplication | None:
    """The application with this id, or None.

    Raises:
        CheckFailed: Konnect answers with another one.
    """
    try:
        found = konnect.read(_path(portal_id, application_id), KonnectApplication)
    except Missing:
        return None
    return _itself(found, application_id)


def find_application_anywhere(konnect: Konnect, application_id: str) -> KonnectApplication | None:
    """The application with this id in whichever portal, or None.

    Raises:
        CheckFailed: Konnect answers with another one.

    Source: docs/vendors/konnect.md, Finding applications.
    """
    try:
        found = konnect.read(f"/v3/applications/{application_id}", KonnectApplication)
    except Missing:
        return None
    return _itself(found, application_id)


def find_applications_named(konnect: Konnect, portal_id: str, name: str) -> tuple[KonnectApplication, ...]:
    """The portal's applications of exactly this name, oldest first, whoever owns them."""
    found = konnect.listed(_path(portal_id), KonnectApplication, {"filter[name][eq]": name})
    return tuple(sorted((one for one in found if one.name == name), key=lambda one: one.created_at))


def list_applications(konnect: Konnect, portal_id: str) -> tuple[KonnectApplication, ...]:
    """Every application of a portal, whoever owns it. One list a portal: there is none across portals."""
    return konnect.listed(_path(portal_id), KonnectApplication, {})


def find_applications_of_client(konnect: Konnect, portal_id: str, client_id: str) -> tuple[KonnectApplication, ...]:
    """The portal's applications with this client, oldest first, whoever owns them. There is no filter by client."""
    found = list_applications(konnect, portal_id)
    return tuple(sorted((one for one in found if one.client_id == client_id), key=lambda one: one.created_at))


def find_applications_of_strategies(konnect: Konnect, portal_id: str, strategy_ids: Collection[str]) -> tuple[KonnectApplication, ...]:
    """The portal's applications that authenticate by one of these strategies, whoever owns them."""
    found = list_applications(konnect, portal_id)
    return tuple(one for one in found if one.auth_strategy and one.auth_strategy.id in strategy_ids)


def create_application(konnect: Konnect, portal_id: str, body: Mapping[str, Any]) -> str:
    """Create an application for a client that exists at Curity already, and return its id (UUID).

    Args:
        body: names the client as `dcr_client_id`.

    Raises:
        Unknown: find it by its client before trying again; there is no idempotency key.
        CheckFailed: what was created has another client.
    """
    created = konnect.write("POST", _path(portal_id), body, KonnectApplication)
    konnect.created(created.id)
    client_id, name = body["dcr_client_id"], body["name"]
    if created.client_id != client_id:
        said = f"was to adopt client {client_id} for {name}, and created application {created.id} for client {created.client_id}"
        raise CheckFailed(SYSTEM, said, "Delete that application, and check that its auth strategy has a DCR provider.")
    return created.id


def update_application(konnect: Konnect, portal_id: str, application_id: str, body: Mapping[str, Any]) -> None:
    """Change the members of the body; an admin may change nothing but the owner."""
    konnect.write("PATCH", _path(portal_id, application_id), body, KonnectApplication)


def delete_application(konnect: Konnect, portal_id: str, application_id: str) -> Evidence | None:
    """Delete an application with its registrations, and prove that it is gone. Konnect may remove its client at Curity too.

    Returns:
        the call that deleted it; None: it was gone already.

    Raises:
        CheckFailed: it is still there.
        Refused: Konnect does not delete it.

    Source: docs/vendors/konnect.md, Removal.
    """
    try:
        deleted = konnect.send("DELETE", _path(portal_id, application_id))
    except Missing:
        return None
    konnect.consistency.forget(application_id)
    if find_application(konnect, portal_id, application_id) is not None:
        said = f"deleted application {application_id}, but it is still there"
        raise CheckFailed(SYSTEM, said, "Delete it in the portal, then run again.")
    return evidence_of(deleted)


def _itself(found: KonnectApplication, application_id: str) -> KonnectApplication:
    if found.id == application_id:
        return found
    said = f"asked for application {application_id}, it answered with {found.id}"
    raise CheckFailed(SYSTEM, said, "Report this to Kong; nothing was written.")


def _path(portal_id: str, application_id: str = "") -> str:
    return f"/v3/portals/{portal_id}/applications" + (f"/{application_id}" if application_id else "")
