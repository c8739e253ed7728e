"""Other people's things that a tenant needs: portal, APIs with their gateway services and routes, and the owner. Only looked at.

Source: docs/vendors/konnect.md, Portals, APIs, Routes.
"""

from __future__ import annotations

from collections.abc import Iterable

from dcr.errors import Problem
from dcr.konnect.portals import (
    Developer,
    DevPortal,
    Implementation,
    KonnectApi,
    Team,
    authentication_settings,
    find_apis,
    find_developer,
    find_implementations,
    find_portal,
    find_team,
)
from dcr.model.tenant import ApiSpec as WantedApi
from dcr.model.tenant import OwnerType, Tenant, Way
from dcr.results.changes import Scope, Stage
from dcr.results.facts import Facts, PortalFacts
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.preflight.proving_routes import routed
from dcr.steps.step import Check, Item, System


class PortalAndApis(Check):
    """Everything a tenant builds on; all that is missing is told at once."""

    name, stage, scope = "portal and APIs", Stage.PREFLIGHT, Scope.TENANT
    systems = frozenset({System.KONNECT})
    timeout_seconds, description = 120, "The portal, the APIs with their gateway services and routes, and the owner of the applications."
    link = "portal, APIs, implementation links and owner"

    def prove(self, ctx: StepContext, item: Item) -> Outcome:  # noqa: ARG002
        tenant = ctx.the_tenant()
        portal, apis = find_portal(ctx.konnect, tenant.portal), _apis(ctx, tenant)
        if portal is not None:
            return apis + _portal(ctx, tenant, portal) + _owner(ctx, tenant, portal)
        remedy = "Create it as a v3 Dev Portal with authentication on, or correct the tenant's portal; a classic (v2) portal is not enough."
        fault = f"no such portal at {ctx.platform.konnect.url}"
        return apis + Outcome(problems=(_problem(f"portals/{tenant.portal}", fault, remedy),))


def _problem(path: str, fault: str, remedy: str) -> Problem:
    return Problem(f"konnect/{path}", fault, remedy)


def _portal(ctx: StepContext, tenant: Tenant, portal: DevPortal) -> Outcome:
    url = ctx.settings.portal.url or f"https://{portal.canonical_domain}"
    facts = Facts(portal=PortalFacts(portal.id, url, portal.auto_approve_applications))
    path = f"portals/{portal.name}"
    if not portal.authentication_enabled:
        fault = "authentication_enabled is off, and then the portal has no applications"
        return Outcome(facts, problems=(_problem(path, fault, "Turn user authentication on in the portal's settings."),))
    by_password = any(application.way is Way.PORTAL for application in tenant.applications)
    if by_password and not authentication_settings(ctx.konnect, portal.id).basic_auth_enabled:
        fault = "basic_auth_enabled is off, and the service developer logs in by password"
        remedy = "Turn basic authentication on, or give the applications the way 'import'."
        return Outcome(facts, problems=(_problem(f"{path}/authentication-settings", fault, remedy),))
    return Outcome(facts)


def _apis(ctx: StepContext, tenant: Tenant) -> Outcome:
    candidates = find_apis(ctx.konnect, [api.name for api in tenant.apis])
    found = [(wanted, _api(candidates, wanted)) for wanted in tenant.apis]
    links = find_implementations(ctx.konnect, [api.id for _, api in found if api])
    outcome = Outcome(Facts(api_ids={wanted.label: api.id for wanted, api in found if api}))
    for number, (wanted, api) in enumerate(found):
        link = next((one for one in links if api and one.api_id == api.id), None)
        outcome += Outcome(problems=_link_problems(wanted, link) if api else (_no_api(wanted, candidates),))
        if link and link.service:
            outcome += routed(ctx, number, wanted, link.service)
    return outcome


def _api(candidates: Iterable[KonnectApi], wanted: WantedApi) -> KonnectApi | None:
    return next((api for api in candidates if (api.name, api.version or "") == (wanted.name, wanted.version)), None)


def _no_api(wanted: WantedApi, candidates: Iterable[KonnectApi]) -> Problem:
    versions = ", ".join(repr(api.version or "") for api in candidates if api.name == wanted.name)
    there = f"Its versions are {versions}. " if versions else ""
    return _problem(f"apis/{wanted.label}", "no such API", f"{there}Create it in Konnect, or correct name and version in the tenant.")


def _link_problems(wanted: WantedApi, link: Implementation | None) -> tuple[Problem, ...]:
    """What people have to fix before the API's registrations mean anything to the gateway."""
    path = f"apis/{wanted.label}"
    if link is None:
        remedy = "Link the API to its gateway service."
        return (_problem(f"{path}/implementations", "not linked to a gateway service, so the gateway lets everyone in", remedy),)
    if link.service is None:
        fault = "linked to a whole control plane (Access Control Enforcement), for which this tool was not made"
        return (_problem(f"{path}/implementations", fault, "Link the API to its gateway service instead."),)
    if link.service.auth_strategy_sync_error is None:
        return ()
    fault = f"the auth plugin is not installed on its gateway service ({link.service.auth_strategy_sync_error})"
    return (_problem(f"{path}/implementations", fault, "Fix what it names on the control plane; Konnect then tries again."),)


def _owner(ctx: StepContext, tenant: Tenant, portal: DevPortal) -> Outcome:
    if tenant.owner_type is OwnerType.TEAM:
        team = find_team(ctx.konnect, portal.id, tenant.owner)
        problems = _team_problems(f"portals/{portal.name}/teams/{tenant.owner}", team)
        return Outcome(Facts(owner_id=team.id if team else None), problems=problems)
    developer = find_developer(ctx.konnect, portal.id, tenant.owner)
    problems = _developer_problems(f"portals/{portal.name}/developers/{tenant.owner}", developer)
    return Outcome(Facts(owner_id=developer.id if developer else None), problems=problems)


def _team_problems(path: str, team: Team | None) -> tuple[Problem, ...]:
    """Why this team cannot own applications."""
    if team is None:
        return (_problem(path, "no such team", "Create the team in the portal, or correct the tenant's owner."),)
    if team.can_own_applications is False:
        return (_problem(path, "the team may not own applications", "Allow it in the team's settings (can_own_applications)."),)
    return ()


def _developer_problems(path: str, developer: Developer | None) -> tuple[Problem, ...]:
    """Why this developer cannot own applications."""
    if developer is None:
        return (_problem(path, "no such developer", "Have the developer sign up at the portal, or correct the tenant's owner."),)
    if developer.status != "approved":
        return (_problem(path, f"the developer is {developer.status}", "Approve the developer in the portal."),)
    return ()
