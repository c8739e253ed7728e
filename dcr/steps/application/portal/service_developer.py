"""The tenant's service developer, as whom applications are created in the portal.

Source: docs/vendors/konnect.md, Portal applications; docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

from dcr.errors import Problem
from dcr.konnect.portals import is_member
from dcr.model.tenant import OwnerType
from dcr.steps.context import StepContext
from dcr.vault import paths


def developer_problems(ctx: StepContext) -> tuple[Problem, ...]:
    """Why nobody could create the tenant's applications: no login in Vault, or that of another developer than the owner."""
    tenant = ctx.the_tenant()
    path = paths.developer(tenant.slug)
    where = ctx.vault.ref(path)
    found = ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))
    missing = [name for name in ("email", "password") if not found or not found.values.get(name)]
    if missing or found is None:
        remedy = "Put the service developer's email and password there."
        return (Problem(where, f"holds no {' and no '.join(missing)}", remedy),)
    email = found.values["email"].get_secret_value()
    if tenant.owner_type is OwnerType.DEVELOPER and email.lower() != tenant.owner.lower():
        fault = f"is the login of another developer than the tenant's owner, {tenant.owner}, and would own the applications"
        return (Problem(where, fault, "Put the owner's login there, correct the owner, or let a team own the applications."),)
    if tenant.owner_type is OwnerType.TEAM and not _in_team(ctx, email):
        return (Problem(where, f"is the login of a developer who is not in the team {tenant.owner}", "Add the developer to the team."),)
    return ()


def _in_team(ctx: StepContext, email: str) -> bool:
    portal, team_id = ctx.facts.portal, ctx.facts.owner_id
    if portal is None or team_id is None:  # the check of portal and APIs has said what is missing
        return True
    return ctx.cached(f"konnect team {team_id} {email}", lambda: is_member(ctx.konnect, portal.id, team_id, email))
