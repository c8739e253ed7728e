"""The tenant's service developer, as whom applications are created in the portal.

Source: reference/konnect.md section 7, route A; reference/vault.md section 2.
"""

from __future__ import annotations

from dcr.errors import Problem
from dcr.konnect.portals import is_member
from dcr.model.tenant import OwnerType
from dcr.portal.client import Portal
from dcr.results.outcome import Facts
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.vault import paths


def developer_problems(run: Run, facts: Facts) -> tuple[Problem, ...]:
    """Why nobody could create the tenant's applications: no login in Vault, or that of another developer than the owner."""
    tenant = run.the_tenant()
    path = paths.developer(tenant.slug)
    where = run.systems.vault.ref(path)
    found = run.see(f"vault {path}", lambda: run.systems.vault.read(path))
    missing = [name for name in ("email", "password") if not found or not found.values.get(name)]
    if missing or found is None:
        remedy = "Put the service developer's email and password there."
        return (Problem(where, f"holds no {' and no '.join(missing)}", remedy),)
    email = found.values["email"].get_secret_value()
    if tenant.owner_type is OwnerType.DEVELOPER and email.lower() != tenant.owner.lower():
        fault = f"is the login of another developer than the tenant's owner, {tenant.owner}, and would own the applications"
        return (Problem(where, fault, "Put the owner's login there, correct the owner, or let a team own the applications."),)
    if tenant.owner_type is OwnerType.TEAM and not _in_team(run, facts, email):
        return (Problem(where, f"is the login of a developer who is not in the team {tenant.owner}", "Add the developer to the team."),)
    return ()


def _in_team(run: Run, facts: Facts, email: str) -> bool:
    portal_id, team_id = facts.get("portal.id"), facts.get("owner.id")
    if portal_id is None or team_id is None:  # the look at portal and APIs has told what is missing
        return True
    return run.see(f"konnect team {team_id} {email}", lambda: is_member(run.systems.konnect, portal_id, team_id, email))


def portal_of(run: Run, facts: Facts) -> Portal:
    """The tenant's portal, used as its service developer; logs in when first asked something."""
    return run.systems.portal(known(facts, "portal.url"), paths.developer(run.the_tenant().slug))
