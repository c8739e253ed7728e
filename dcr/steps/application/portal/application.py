"""An application that is created in the Dev Portal, as a person would, and its secret that is shown once.

Source: reference/how-to.md, *Create an application with DCR*; reference/konnect.md sections 6, 7 and 12 (P11, P16).
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import Problem
from dcr.model.tenant import ApplicationSpec as AskedApplication
from dcr.model.tenant import OwnerType
from dcr.portal.applications import PortalApplication, PortalApplicationSpec, find_application, find_applications
from dcr.results.outcome import Facts, Outcome
from dcr.steps.application.portal.difference import Credentialing, Difference, Places, diff_application
from dcr.steps.application.portal.service_developer import developer_problems, portal_of
from dcr.steps.application.portal.writing import write_application
from dcr.steps.application.record import ApplicationRecord, application_facts, read_record, reference, surroundings
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run


@dataclass(frozen=True, slots=True)
class Seen:
    """The application as it is in portal and Vault, and what has to change."""

    found: PortalApplication | None
    wanted: PortalApplicationSpec
    record: ApplicationRecord
    difference: Difference
    warnings: tuple[str, ...]


def problems(run: Run, facts: Facts, _asked: AskedApplication) -> tuple[Problem, ...]:
    """The service developer must be able to log in."""
    return developer_problems(run, facts)


def converge(run: Run, facts: Facts, asked: AskedApplication) -> Outcome:
    """Create the application, or bring it to what the tenant asks for, with working credentials in Vault.

    Safe to repeat after a crash at any line: Vault says `pending` before credentials are made, so an application whose secret was lost
    is found and gets a new one.
    """
    seen = _look(run, facts, asked)
    stop_on_conflict(run, seen.difference.changes)
    if run.write and seen.difference.changes:
        return _written(run, facts, asked, seen)
    return _unchanged(run, asked, seen)


def _look(run: Run, facts: Facts, asked: AskedApplication) -> Seen:
    record, portal, wanted = read_record(run, asked), portal_of(run, facts), _wanted(run, facts, asked)
    by_id, ours = record.application_id, True
    warnings: tuple[str, ...] = ()
    found = run.see(f"portal application {by_id}", lambda: find_application(portal, by_id)) if by_id else None
    if found is None:
        candidates = run.see(f"portal applications {asked.name}", lambda: find_applications(portal, asked.name))
        same = [one for one in candidates if _same_identity(one, wanted)]
        found, ours, warnings = same[0] if same else None, record.pending, _duplicates(asked.name, same)
    difference = diff_application(_places(run, asked), found, wanted, record, surroundings(run, facts), ours=ours)
    return Seen(found, wanted, record, difference, warnings)


def _places(run: Run, asked: AskedApplication) -> Places:
    return Places(f"konnect/portals/{run.the_tenant().portal}/applications/{asked.name}", reference(run, asked))


def _wanted(run: Run, facts: Facts, asked: AskedApplication) -> PortalApplicationSpec:
    team = facts.get("owner.id") if run.the_tenant().owner_type is OwnerType.TEAM else None
    return PortalApplicationSpec(asked.name, asked.description, asked.redirect_uri, facts.get("auth_strategy.id"), team)


def _same_identity(found: PortalApplication, wanted: PortalApplicationSpec) -> bool:
    """Owner, name and strategy: applications have no labels, and names are not known to be unique."""
    return found.team_id == wanted.team_id and (found.auth_strategy is None or found.auth_strategy.id == wanted.auth_strategy_id)


def _duplicates(name: str, same: list[PortalApplication]) -> tuple[str, ...]:
    others = ", ".join(one.id for one in same[1:])
    return (f"portal: {len(same)} applications are named {name}: the oldest is used. Remove {others}.",) if others else ()


def _unchanged(run: Run, asked: AskedApplication, seen: Seen) -> Outcome:
    facts = {}
    if seen.found and seen.difference.credentialing is Credentialing.KEEP:  # else its id, or its registrations, may become others
        facts = application_facts(asked, seen.found.id, seen.found.client_id or seen.record.text("client_id"))
    return Outcome(facts, seen.difference.changes, vault_paths=(reference(run, asked),), warnings=seen.warnings)


def _written(run: Run, facts: Facts, asked: AskedApplication, seen: Seen) -> Outcome:
    written = write_application(run, facts, asked, seen.found, seen.wanted, seen.record, seen.difference)
    return Outcome(
        application_facts(asked, written.application_id, written.client_id),
        seen.difference.changes,
        vault_paths=(reference(run, asked),),
        warnings=seen.warnings + written.warnings,
    )
