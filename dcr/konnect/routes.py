"""The routes of a gateway service, as its control plane has them. Only looked at; lists there have manners of their own.

Source: docs/vendors/konnect.md, Gateway configuration, Routes, Lists.
"""

from __future__ import annotations

from typing import Any

from dcr.errors import Refused
from dcr.konnect.answers import MOST_PAGES, Id, KonnectAnswer, parsed
from dcr.konnect.client import SYSTEM, Konnect

PAGE_SIZE = "1000"  # the largest that is documented
DEFAULT_PROTOCOLS = ("https",)

Texts = tuple[str, ...] | None
"""Lists that nobody has filled are null, or left out."""


class GatewayRoute(KonnectAnswer):
    """What a request must be like to take this route. What is not said does not matter."""

    id: str | None = None
    name: str | None = None
    protocols: Texts = None
    methods: Texts = None
    hosts: Texts = None
    paths: Texts = None
    snis: Texts = None
    headers: dict[str, Any] | None = None
    expression: str | None = None  # instead of all of these, where the gateway's router takes expressions


class RoutePage(KonnectAnswer):
    data: tuple[GatewayRoute, ...] | None = None
    offset: str | None = None  # of the next page; none: this was the last


def find_routes(konnect: Konnect, control_plane_id: Id, service_id: Id) -> tuple[GatewayRoute, ...]:
    """Every route of one service.

    Raises:
        Missing: no such service or control plane.
        Refused: the token may not read them, or the list does not end within 200 pages.
    """
    path = f"/v2/control-planes/{control_plane_id}/core-entities/services/{service_id}/routes"
    found: list[GatewayRoute] = []
    offset = None
    for _ in range(MOST_PAGES):
        params = {"size": PAGE_SIZE} | ({"offset": offset} if offset else {})
        page = parsed(SYSTEM, RoutePage, konnect.send("GET", path, params=params))
        found += page.data or ()
        offset = page.offset
        if not offset:
            return tuple(found)
    raise Refused(f"{SYSTEM}: GET {path}", f"the list does not end within {MOST_PAGES} pages", "Remove what is not used any more.")
