"""Applications as their developer sees them. The client secret is in the answer to the creation and to a regeneration, never again.

Source: docs/vendors/konnect.md, Portal applications: `/api/v3/applications`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from dcr.errors import CheckFailed, Missing, Refused, Stale, Unknown
from dcr.konnect.answers import Id, KonnectAnswer
from dcr.portal.client import SYSTEM, LoginRefused, Portal
from dcr.secret import Secret

PATH = "/api/v3/applications"
# docs/vendors/konnect.md, Registration at the identity provider: it may ask for all auth_methods as grant types, `bearer` too.
IF_CURITY_REFUSED = (
    "If it was the identity provider that refused: its log says why. If it objects to grant types, which Konnect takes from the strategy, "
    "set konnect.auth_strategy.auth_methods to client_credentials alone."
)


class RegenerationRefused(Refused):
    """The portal gives this application no new secret."""


class PortalStrategy(KonnectAnswer):
    id: Id


class PortalApplication(KonnectAnswer):
    id: Id
    name: str
    description: str | None = None
    redirect_uri: str | None = None
    client_id: str | None = None
    auth_strategy: PortalStrategy | None = None
    team_id: Id | None = None
    created_at: datetime


class CreatedApplication(PortalApplication):
    client_secret: Secret | None = None


class Credentials(KonnectAnswer):
    """A client's id and its present secret."""

    client_id: str = Field(min_length=1)
    client_secret: Secret = Field(min_length=1)


def find_application(portal: Portal, application_id: str) -> PortalApplication | None:
    """The application with this id, or None.

    Raises:
        CheckFailed: the portal answers with another one.
    """
    try:
        found = portal.read(f"{PATH}/{application_id}", PortalApplication)
    except Missing:
        return None
    if found.id != application_id:
        raise CheckFailed(
            SYSTEM,
            f"asked for application {application_id}, it answered with {found.id}",
            "Report this to Kong: what it says of applications cannot be trusted.",
        )
    return found


def find_applications(portal: Portal, name: str) -> tuple[PortalApplication, ...]:
    """The developer's and its teams' applications of exactly this name, oldest first; names are not known to be unique."""
    found = portal.listed(PATH, PortalApplication, {"filter[name][eq]": name})
    return tuple(sorted((application for application in found if application.name == name), key=lambda application: application.created_at))


def create_application(portal: Portal, body: Mapping[str, Any]) -> tuple[str, Credentials]:
    """Create an application as a person would in *My Apps*; Konnect registers its client at Curity.

    Returns:
        its id, and the credentials that are shown this once.

    Raises:
        Unknown: find it before trying again; its secret is lost.
        CheckFailed: what was created is not what was asked for, or came without credentials.
    """
    try:
        created = portal.write("POST", PATH, body, CreatedApplication)
    except LoginRefused:
        raise
    except (Refused, Stale, Unknown) as error:
        raise type(error)(error.where, error.problem, f"{error.remedy} {IF_CURITY_REFUSED}") from None
    name = body["name"]
    if created.name != name:
        raise CheckFailed(SYSTEM, f"asked for application {name}, it answered with {created.name}", "Report this to Kong.")
    portal.created(created.id)
    if not (created.client_id and created.client_secret):
        remedy = "Check that the auth strategy has a DCR provider."
        raise CheckFailed(SYSTEM, f"created application {name} without client id and secret", remedy)
    return created.id, Credentials(client_id=created.client_id, client_secret=created.client_secret)


def update_application(portal: Portal, application_id: str, body: Mapping[str, Any]) -> None:
    """Change the members of the body. Strategy and client stay as they are."""
    portal.write("PATCH", f"{PATH}/{application_id}", body, PortalApplication)


def regenerate_secret(portal: Portal, application_id: str) -> Credentials:
    """Have the application's secret replaced; the old one is dead from then on.

    Raises:
        RegenerationRefused: it will be refused every time: not supported, or the application has several credentials (409).
        Unknown: it may have been replaced; do it again.
    """
    try:
        return portal.write("POST", f"{PATH}/{application_id}/regenerate-secret", None, Credentials)
    except LoginRefused:
        raise
    except (Refused, Stale) as error:
        raise RegenerationRefused(error.where, error.problem, error.remedy) from None


def delete_application(portal: Portal, application_id: str) -> None:
    """Delete an application, with its client at Curity, and prove that it is gone.

    Raises:
        CheckFailed: it is still there.
    """
    try:
        portal.send("DELETE", f"{PATH}/{application_id}")
    except Missing:
        return
    portal.deleted(application_id)
    if find_application(portal, application_id) is not None:
        raise CheckFailed(
            SYSTEM, f"deleted application {application_id}, but it is still there", "Delete it in the portal, then run again."
        )
