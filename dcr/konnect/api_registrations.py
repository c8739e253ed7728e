"""Registrations of applications for APIs, as a portal's admin sees and decides them.

Source: docs/vendors/konnect.md, Admin registrations.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import Konnect


class Status(StrEnum):
    APPROVED = "approved"
    PENDING = "pending"
    REVOKED = "revoked"
    REJECTED = "rejected"


class Reference(KonnectAnswer):
    """The API or the application of a registration."""

    id: Id
    name: str = ""
    version: str | None = None  # of an API

    @property
    def label(self) -> str:
        """Name and version, as a tenant names its APIs; the id if the answer has no name."""
        return f"{self.name} {self.version or ''}".strip() or self.id


class RegistrationOfApi(KonnectAnswer):
    """As an API's list tells it."""

    application: Reference


class ApiRegistration(KonnectAnswer):
    id: Id
    status: Status
    api: Reference
    application: Reference
    created_at: datetime | None = None


def find_registrations(konnect: Konnect, portal_id: str, application_id: str) -> dict[str, ApiRegistration]:
    """The application's registrations, by API id."""
    found = konnect.listed(_path(portal_id, application_id), ApiRegistration, {})
    return {registration.api.id: registration for registration in found if registration.application.id == application_id}


def list_registrations(konnect: Konnect, portal_id: str) -> tuple[ApiRegistration, ...]:
    """Every registration of a portal, in whatever state, whoever's application it is."""
    return konnect.listed(f"/v3/portals/{portal_id}/application-registrations", ApiRegistration, {})


def applications_with_access(konnect: Konnect, portal_id: str, api_id: str) -> frozenset[str]:
    """Ids of the portal's applications that may call the API now, whosever they are."""
    filters = {"filter[status][eq]": Status.APPROVED.value, "filter[portal_id][eq]": portal_id}
    found = konnect.listed(f"/v3/apis/{api_id}/registrations", RegistrationOfApi, filters)
    return frozenset(registration.application.id for registration in found)


def create_registration(konnect: Konnect, portal_id: str, application_id: str, api_id: str, status: Status) -> ApiRegistration:
    """Register an application for an API on its owner's behalf.

    Args:
        status: `approved` or `pending`.

    Raises:
        Stale: it is registered already (409).
    """
    created = konnect.write("POST", _path(portal_id, application_id), {"api_id": api_id, "status": status}, ApiRegistration)
    konnect.created(created.id)
    return created


def approve_registration(konnect: Konnect, portal_id: str, application_id: str, registration_id: str) -> ApiRegistration:
    """Approve one, as a portal's admin would."""
    return konnect.write("PATCH", f"{_path(portal_id, application_id)}/{registration_id}", {"status": Status.APPROVED}, ApiRegistration)


def revoke_registration(konnect: Konnect, portal_id: str, application_id: str, registration_id: str) -> None:
    """Take an application's access to an API away, and keep the registration: its owner cannot ask for another one."""
    konnect.write("PATCH", f"{_path(portal_id, application_id)}/{registration_id}", {"status": Status.REVOKED}, ApiRegistration)


def delete_registration(konnect: Konnect, portal_id: str, application_id: str, registration_id: str) -> None:
    """Take an application's access to an API away."""
    konnect.delete(f"{_path(portal_id, application_id)}/{registration_id}")


def _path(portal_id: str, application_id: str) -> str:
    return f"/v3/portals/{portal_id}/applications/{application_id}/registrations"
