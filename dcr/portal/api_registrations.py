"""Registering an application for an API, as its developer.

Source: docs/vendors/konnect.md, Portal registrations.
"""

from __future__ import annotations

from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.api_registrations import Status
from dcr.portal.client import Portal


class CreatedRegistration(KonnectAnswer):
    id: Id
    status: Status


def register(portal: Portal, application_id: str, api_id: str) -> CreatedRegistration:
    """Ask for access to an API; `approved` at once if the publication approves by itself.

    Raises:
        Stale: it is registered already (409).
    """
    path = f"/api/v3/applications/{application_id}/registrations"
    created = portal.write("POST", path, {"api_id": api_id}, CreatedRegistration)
    portal.created(created.id)
    return created
