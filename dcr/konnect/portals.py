"""Dev Portals (v3), their owners of applications, and the APIs: other people's things, which are only looked at.

Source: docs/vendors/konnect.md, Portals, APIs.
"""

from __future__ import annotations

from collections.abc import Iterable

from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import Konnect


class DevPortal(KonnectAnswer):
    id: Id
    name: str
    authentication_enabled: bool
    auto_approve_applications: bool = False
    canonical_domain: str


class AuthenticationSettings(KonnectAnswer):
    basic_auth_enabled: bool


class Developer(KonnectAnswer):
    id: Id
    email: str
    status: str


class Team(KonnectAnswer):
    id: Id
    name: str
    can_own_applications: bool | None = None


class TeamMember(KonnectAnswer):
    email: str


class KonnectApi(KonnectAnswer):
    id: Id
    name: str
    version: str | None = None

    @property
    def label(self) -> str:
        """Name and version, as a tenant names it."""
        return f"{self.name} {self.version or ''}".strip()


class SyncError(KonnectAnswer):
    """Why the auth plugin could not be installed on the linked service."""

    message: str = ""
    control_plane_error: str | None = None

    def __str__(self) -> str:
        return " - ".join(part for part in (self.control_plane_error, self.message[:300]) if part)


class LinkedService(KonnectAnswer):
    id: Id
    control_plane_id: Id
    auth_strategy_sync_error: SyncError | None = None


class Implementation(KonnectAnswer):
    """An API's link to a gateway service; without a service it is a whole control plane (ACE)."""

    api_id: Id
    service: LinkedService | None = None


def find_portal(konnect: Konnect, name: str) -> DevPortal | None:
    """The portal of exactly this name; names are unique."""
    found = konnect.listed("/v3/portals", DevPortal, {"filter[name][eq]": name})
    return next((portal for portal in found if portal.name == name), None)


def find_portals(konnect: Konnect) -> tuple[DevPortal, ...]:
    """All portals of the region."""
    return konnect.listed("/v3/portals", DevPortal, {})


def authentication_settings(konnect: Konnect, portal_id: str) -> AuthenticationSettings:
    """How developers may log in."""
    return konnect.read(f"/v3/portals/{portal_id}/authentication-settings", AuthenticationSettings)


def find_developer(konnect: Konnect, portal_id: str, email: str) -> Developer | None:
    """The developer with this e-mail address, in whatever case."""
    found = konnect.listed(f"/v3/portals/{portal_id}/developers", Developer, {"filter[email][eq]": email})
    return next((developer for developer in found if developer.email.lower() == email.lower()), None)


def find_team(konnect: Konnect, portal_id: str, name: str) -> Team | None:
    """The team of exactly this name."""
    found = konnect.listed(f"/v3/portals/{portal_id}/teams", Team, {"filter[name][eq]": name})
    return next((team for team in found if team.name == name), None)


def is_member(konnect: Konnect, portal_id: str, team_id: str, email: str) -> bool:
    """Whether the developer with this e-mail address is in the team."""
    path = f"/v3/portals/{portal_id}/teams/{team_id}/developers"
    found = konnect.listed(path, TeamMember, {"filter[email][eq]": email})
    return any(member.email.lower() == email.lower() for member in found)


def find_apis(konnect: Konnect, names: Iterable[str]) -> tuple[KonnectApi, ...]:
    """Every version of the APIs of these names. One request; one for each name if a comma in one would split the filter's list."""
    wanted = sorted(set(names))
    joinable = not any("," in name for name in wanted)
    filters = [{"filter[name][oeq]": ",".join(wanted)}] if joinable else [{"filter[name][eq]": name} for name in wanted]
    return tuple(api for one in filters for api in konnect.listed("/v3/apis", KonnectApi, one) if api.name in wanted)


def find_implementations(konnect: Konnect, api_ids: Iterable[str]) -> tuple[Implementation, ...]:
    """The links of these APIs."""
    wanted = sorted(set(api_ids))
    found = konnect.listed("/v3/api-implementations", Implementation, {"filter[api_id][oeq]": ",".join(wanted)}) if wanted else ()
    return tuple(implementation for implementation in found if implementation.api_id in wanted)
