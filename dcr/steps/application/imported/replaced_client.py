"""Remove a client that another one has replaced, and its application, once the new one has its registrations.

Source: reference/curity.md section 4.5 (the registration token removes until it expires); reference/konnect.md section 7.
"""

from __future__ import annotations

from datetime import UTC, datetime

from dcr.engine.record import now
from dcr.konnect.applications import delete_application
from dcr.konnect.registrations import Status
from dcr.model.tenant import ApplicationSpec, RegistrationApproval, Way
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.application.imported.client_record import (
    FormerClient,
    former_client,
    keep,
    orphans,
    present_client,
    registration_due,
    retired,
)
from dcr.steps.application.record import read_record, reference
from dcr.steps.context import Run
from dcr.steps.facts import known


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Remove what was replaced. Safe to repeat: what is gone already counts as removed."""
    application = run.the_tenant().application(item)
    former = _former(run, application) if application.way is Way.IMPORT else None
    if former is None:
        return Outcome()
    if not _successor_serves(run, facts, application):
        waiting = f"curity: client {former.client_id} stays until the registrations of {item}, whose client it was, are approved."
        return Outcome(warnings=(waiting,))
    if run.write:
        _remove(run, facts, application, former)
        return Outcome(changes=_changes(run, application, former), orphans=orphans(read_record(run, application), _where(run, item)))
    return Outcome(changes=_changes(run, application, former))


def _former(run: Run, application: ApplicationSpec) -> FormerClient | None:
    """The one that was replaced, or in a look, the one that will be."""
    record = read_record(run, application)
    will_be = present_client(record) if not run.write and registration_due(run, record) else None
    return former_client(record) or will_be


def _successor_serves(run: Run, facts: Facts, application: ApplicationSpec) -> bool:
    status = facts.get(f"application.{application.name}.registrations")
    if status is None and not run.write:  # it will be what this run makes it
        return run.the_tenant().registration_approval is not RegistrationApproval.BY_PORTAL_ADMIN
    return status == Status.APPROVED


def _changes(run: Run, application: ApplicationSpec, former: FormerClient) -> tuple[Change, ...]:
    places = [(f"curity/clients/{former.client_id}", "replaced")]
    if former.application_id:
        path = f"konnect/portals/{run.the_tenant().portal}/applications/{former.application_id}"
        places.insert(0, (path, f"{application.name} of client {former.client_id}"))
    return tuple(Change(Stage.APPLICATION, Scope.TENANT, path, before, None) for path, before in places)


def _remove(run: Run, facts: Facts, application: ApplicationSpec, former: FormerClient) -> None:
    if former.application_id:
        delete_application(run.systems.konnect, known(facts, "portal.id"), former.application_id)
    orphan = f"{now()} {application.name} {former.client_id}"
    if former.registration_access_token and former.registration_client_uri and not _expired(former):
        run.systems.registration.remove(former.registration_client_uri, former.registration_access_token)
        orphan = ""
    keep(run, application, retired(read_record(run, application), orphan))


def _expired(former: FormerClient) -> bool:
    try:
        ends = datetime.fromisoformat(former.registration_expires_at)
    except ValueError:
        return False
    return ends.tzinfo is not None and ends <= datetime.now(UTC)


def _where(run: Run, item: str) -> str:
    return reference(run, run.the_tenant().application(item))
