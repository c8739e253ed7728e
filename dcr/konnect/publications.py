"""Publications: an API in a portal, with the strategy that its registrations need.

Source: docs/vendors/konnect.md, Publications.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dcr.konnect.answers import Id, KonnectAnswer, Listing, parsed
from dcr.konnect.client import SYSTEM, Konnect


class Publication(KonnectAnswer):
    auth_strategy_ids: tuple[Id, ...] | None = None  # exactly one; None: no application needed
    auto_approve_registrations: bool | None = None
    visibility: str


class ListedPublication(Publication):
    api_id: Id
    created_at: datetime | None = None


def find_publications(konnect: Konnect, portal_id: str, api_ids: Iterable[str]) -> dict[str, Publication]:
    """The portal's publications of these APIs, by API id."""
    wanted = sorted(set(api_ids))
    path = f"/v3/portals/{portal_id}/api-publications"
    found = konnect.listed(path, ListedPublication, {"filter[api_id][oeq]": ",".join(wanted)}) if wanted else ()
    return {publication.api_id: publication for publication in found if publication.api_id in wanted}


def list_publications(konnect: Konnect, portal_id: str) -> tuple[ListedPublication, ...]:
    """Every publication of a portal, whoever made it."""
    return konnect.listed(f"/v3/portals/{portal_id}/api-publications", ListedPublication, {})


def publish(konnect: Konnect, portal_id: str, api_id: str, body: Mapping[str, Any]) -> None:
    """Publish an API, or change its publication.

    Args:
        body: all fields: an omitted strategy would mean the portal's default.
    """
    konnect.write("PUT", _path(portal_id, api_id), body, Publication)
    konnect.created(api_id)


def unpublish(konnect: Konnect, portal_id: str, api_id: str) -> None:
    """Take an API out of a portal; its registrations there end."""
    konnect.delete(_path(portal_id, api_id))
    konnect.consistency.forget(api_id)


def read_publication(konnect: Konnect, portal_id: str, api_id: str) -> Publication:
    """One publication."""
    return konnect.read(_path(portal_id, api_id), Publication)


def count_approved_registrations(konnect: Konnect, portal_id: str, api_id: str) -> int:
    """How many applications of this portal may call the API now. One request: the list's own total."""
    filters = {"filter[status][eq]": "approved", "filter[portal_id][eq]": portal_id}
    response = konnect.send("GET", f"/v3/apis/{api_id}/registrations", params=filters)
    return parsed(SYSTEM, Listing, response).meta.page.total


def _path(portal_id: str, api_id: str) -> str:
    return f"/v3/apis/{api_id}/publications/{portal_id}"
