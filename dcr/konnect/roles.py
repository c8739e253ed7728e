"""Which Konnect role a call needs, so that a 403 can name it.

Source: docs/vendors/konnect.md, Roles. Where no role is named there for reading alone, the least one that can read is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import httpx


class Role(NamedTuple):
    """The role for calls whose method and path match."""

    methods: str  # regular expression
    path: str  # regular expression
    role: str  # entity type: role, as in the Konnect UI


ROLES = (
    Role("GET|POST", r"/v2/dcr-providers", "DCR Providers: Creator"),
    Role(".*", r"/v2/dcr-providers/.*", "DCR Providers: Maintainer"),
    Role("GET", r"/v2/application-auth-strategies(/.*)?", "Application Auth Strategies: Viewer"),
    Role("POST", r"/v2/application-auth-strategies", "Application Auth Strategies: Creator"),
    Role(".*", r"/v2/application-auth-strategies/.*", "Application Auth Strategies: Maintainer"),
    Role("POST|PATCH", r"/v3/portals/[^/]+/applications/[^/]+/registrations(/.*)?", "APIs: Registration Approver"),
    Role("POST", r"/v3/portals/[^/]+/(applications|developers)", "Portals: Admin (on this portal)"),
    Role(".*", r"/v3/portals(/.*)?", "Portals: Maintainer (on this portal)"),
    Role("PUT", r"/v3/apis/[^/]+/publications/.*", "APIs: Publisher, and Application Auth Strategies: Viewer"),
    Role(".*", r"/v3/apis/[^/]+/registrations", "APIs: Registration Approver"),
    Role("GET", r"/v2/control-planes/[^/]+/core-entities/.*", "Control Planes: Viewer (on this control plane)"),
    Role(".*", r"/v3/(apis|api-implementations|api-publications)(/.*)?", "APIs: Publisher"),
)


def role_needed(request: httpx.Request) -> str:
    """Name the role, or say that it is not known."""
    for methods, path, role in ROLES:
        if re.fullmatch(methods, request.method) and re.fullmatch(path, request.url.path):
            return f"role {role}"
    return "its role is not known to this tool"
