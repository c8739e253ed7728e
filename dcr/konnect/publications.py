"""Publications: an API in a portal, with the strategy that its registrations need.

Source: reference/konnect.md section 4, Publication.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dcr.konnect.answers import Id, KonnectAnswer, Listing, parsed
from dcr.konnect.client import SYSTEM, Konnect


class Publication(KonnectAnswer):
    auth_strategy_ids: tuple[Id, ...] | None = None  # exactly one; None: no application needed
    auto_approve_registrations: bool | None = None
    visibility: str


class ListedPublication(Publication):
    api_id: Id


@dataclass(frozen=True, slots=True)
class PublicationSpec:
    """What the tenant asks for. None: known after apply."""

    auth_strategy_id: str | None
    auto_approve_registrations: bool
    visibility: str


def find_publications(konnect: Konnect, portal_id: str, api_ids: Iterable[str]) -> dict[str, Publication]:
    """The portal's publications of these APIs, by API id."""
    wanted = sorted(set(api_ids))
    path = f"/v3/portals/{portal_id}/api-publications"
    found = konnect.listed(path, ListedPublication, {"filter[api_id][oeq]": ",".join(wanted)}) if wanted else ()
    return {publication.api_id: publication for publication in found if publication.api_id in wanted}


def publish(konnect: Konnect, portal_id: str, api_id: str, wanted: PublicationSpec, *, anew: bool) -> None:
    """Publish an API, or change its publication. All fields are sent: an omitted strategy would mean the portal's default.

    Args:
        anew: the portal does not have it yet, and may not know it at once.
    """
    body = {
        "auth_strategy_ids": [wanted.auth_strategy_id],
        "auto_approve_registrations": wanted.auto_approve_registrations,
        "visibility": wanted.visibility,
    }
    konnect.write("PUT", f"/v3/apis/{api_id}/publications/{portal_id}", body, Publication)
    if anew:
        konnect.created(api_id)


def read_publication(konnect: Konnect, portal_id: str, api_id: str) -> Publication:
    """One publication."""
    return konnect.read(f"/v3/apis/{api_id}/publications/{portal_id}", Publication)


def count_approved_registrations(konnect: Konnect, portal_id: str, api_id: str) -> int:
    """How many applications of this portal may call the API now. One request: the list's own total."""
    filters = {"filter[status][eq]": "approved", "filter[portal_id][eq]": portal_id}
    response = konnect.send("GET", f"/v3/apis/{api_id}/registrations", params=filters)
    return parsed(SYSTEM, Listing, response).meta.page.total
