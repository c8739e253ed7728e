"""An application whose client we register at Curity ourselves, and then have Konnect adopt: no developer has to log in for it.

Source: reference/konnect.md section 7, route B; reference/curity.md sections 4.4 and 4.5. A client's `registration_client_uri` is never
read: that would rotate its secret. Whether it still works is the smoke test's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dcr.curity.runtime.client_registration import ClientSpec
from dcr.errors import Problem, Problems
from dcr.konnect.applications import KonnectApplication, KonnectApplicationSpec, find_application, find_applications_of_client
from dcr.model.tenant import ApplicationSpec as AskedApplication
from dcr.model.tenant import Way
from dcr.results.changes import Change
from dcr.results.outcome import Facts, Outcome
from dcr.steps.application.imported.client_record import former_client, orphans, registration_due
from dcr.steps.application.imported.difference import Adoption, Difference, Places, diff_import, diff_registration_due
from dcr.steps.application.imported.registration_dates import date_warnings
from dcr.steps.application.imported.writing import require_client, write_import
from dcr.steps.application.record import ApplicationRecord, application_facts, read_record, reference, surroundings
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run


@dataclass(frozen=True, slots=True)
class Seen:
    """The application as it is in Vault and Konnect, and what has to change."""

    found: KonnectApplication | None
    wanted: KonnectApplicationSpec
    client: ClientSpec
    record: ApplicationRecord
    difference: Difference
    warnings: tuple[str, ...]


def problems(run: Run, _facts: Facts, asked: AskedApplication) -> tuple[Problem, ...]:
    """One replacement after the other: else nobody would know any more what is to be removed."""
    record = read_record(run, asked)
    if not (former_client(record) and registration_due(run, record)):
        return ()
    fault = "its client was replaced before, and the one before that still waits for its removal"
    remedy = "Have the present application's registrations approved and onboard again; then replace."
    return (Problem(_place(run, asked), fault, remedy),)


def converge(run: Run, facts: Facts, asked: AskedApplication) -> Outcome:
    """Register the client and have Konnect adopt it, or bring what is there to what the tenant asks for.

    Safe to repeat after a crash at any line: Vault says `pending` before the client is registered, and `registered` before Konnect hears
    of it. A client whose answer was lost is replaced, and named as a possible orphan until a person has looked.
    """
    seen = _look(run, facts, asked)
    stop_on_conflict(run, seen.difference.changes)
    if run.write and seen.difference.changes:
        return _written(run, facts, asked, seen)
    return _unchanged(run, asked, seen)


def clients_to_replace(run: Run, names: Iterable[str]) -> frozenset[str]:
    """The present clients of applications that shall get new ones. By client id, so that a repeated attempt replaces no second time.

    Raises:
        Problems: an application is none of the tenant's, or not of the way `import`, or has no client yet.
    """
    applications = {application.name: application for application in run.the_tenant().applications}
    found: set[str] = set()
    refused: list[Problem] = []
    for name in names:
        application = applications.get(name)
        if application is None or application.way is not Way.IMPORT:
            remedy = "Name one of the tenant's applications whose way is 'import'."
            refused.append(Problem(f"replace {name}", "no such application of the way 'import'", remedy))
            continue
        client_id = read_record(run, application).text("client_id")
        if client_id:
            found.add(client_id)
        else:
            refused.append(Problem(f"replace {name}", "it has no client yet", "Onboard without --replace: that registers one."))
    if refused:
        raise Problems("replace", refused)
    return frozenset(found)


def _look(run: Run, facts: Facts, asked: AskedApplication) -> Seen:
    record, wanted = read_record(run, asked), _wanted(run, facts, asked)
    client = ClientSpec(f"{run.the_tenant().slug}-{asked.name}", (asked.redirect_uri,))
    places = Places(f"curity/clients/{client.client_name}", _place(run, asked), reference(run, asked))
    if registration_due(run, record):
        difference = diff_registration_due(places, wanted, asked.redirect_uri, record)
        return Seen(None, wanted, client, record, difference, ())
    found, warnings = _find(run, facts["portal.id"], wanted, record)
    difference = diff_import(places, found, wanted, asked.redirect_uri, record, surroundings(run, facts))
    warnings += difference.warnings + date_warnings(asked.name, record, datetime.now(UTC))
    return Seen(found, wanted, client, record, difference, warnings)


def _find(
    run: Run, portal_id: str, wanted: KonnectApplicationSpec, record: ApplicationRecord
) -> tuple[KonnectApplication | None, tuple[str, ...]]:
    konnect, by_id, client_id = run.systems.konnect, record.application_id, record.text("client_id")
    found = run.see(f"konnect application {by_id}", lambda: find_application(konnect, portal_id, by_id)) if by_id else None
    if found is not None:
        require_client(found, client_id)
        return found, ()
    same = run.see(f"konnect applications of {client_id}", lambda: find_applications_of_client(konnect, portal_id, client_id))
    mine = [one for one in same if wanted.owns(one)]
    others = ", ".join(one.id for one in mine[1:])
    many = (f"konnect: {len(mine)} applications have client {client_id}: the oldest is used. Remove {others}.",) if others else ()
    return next(iter((*mine, *same)), None), many


def _wanted(run: Run, facts: Facts, asked: AskedApplication) -> KonnectApplicationSpec:
    tenant = run.the_tenant()
    return KonnectApplicationSpec(
        asked.name, asked.description, tenant.owner_type.value, facts.get("owner.id"), facts.get("auth_strategy.id")
    )


def _place(run: Run, asked: AskedApplication) -> str:
    return f"konnect/portals/{run.the_tenant().portal}/applications/{asked.name}"


def _unchanged(run: Run, asked: AskedApplication, seen: Seen) -> Outcome:
    facts = {}
    if seen.found and not seen.difference.register and seen.difference.adoption is Adoption.KEEP:  # else its id will be another
        facts = application_facts(asked, seen.found.id, seen.record.text("client_id"))
    where = reference(run, asked)
    warnings = seen.warnings
    if seen.difference.adoption is Adoption.CREATE:
        warnings += (_rights(asked),)
    return Outcome(facts, seen.difference.changes, orphans=orphans(seen.record, where), vault_paths=(where,), warnings=warnings)


def _rights(asked: AskedApplication) -> str:
    """Which rights a token has cannot be asked with that token."""
    roles = "Portals: Admin (on this portal), and APIs: Registration Approver"
    return f"konnect: creating and registering {asked.name} needs the roles {roles}; only the write tells whether the token has them."


def _written(run: Run, facts: Facts, asked: AskedApplication, seen: Seen) -> Outcome:
    written = write_import(run, facts, asked, seen.found, seen.wanted, seen.client, seen.record, seen.difference)
    where = reference(run, asked)
    return Outcome(
        application_facts(asked, written.application_id, written.client_id),
        _told(seen.difference.changes, f"{_place(run, asked)}/dcr_client_id", written.client_id),
        orphans=orphans(read_record(run, asked), where),
        vault_paths=(where,),
        warnings=seen.warnings + written.warnings,
    )


def _told(changes: tuple[Change, ...], path: str, client_id: str) -> tuple[Change, ...]:
    """The report says what became of the client id that the plan could not know."""
    return tuple(replace(change, after=client_id) if change.path == path else change for change in changes)
