"""An application whose client we register at Curity ourselves, and then have Konnect adopt: no developer has to log in for it.

Safe to repeat after a crash at any line: Vault says `pending` before the client is registered, and `registered` before Konnect hears of
it. A client whose answer was lost is replaced, and named as a possible orphan until a person has looked. A client's
`registration_client_uri` is never read: that would rotate its secret. Whether it still works is the smoke test's to say.

Source: docs/vendors/konnect.md, Ways to an application; docs/vendors/curity.md, Registration; docs/vendors/vault.md, Order of operations.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dcr.curity.runtime.client_registration import ClientSpec
from dcr.errors import CheckFailed, DcrError, Problem, Problems
from dcr.konnect.applications import (
    KonnectApplication,
    create_application,
    delete_application,
    find_application,
    find_applications_of_client,
    update_application,
)
from dcr.konnect.client import SYSTEM
from dcr.model.tenant import ApplicationSpec, Way
from dcr.model.timestamps import now
from dcr.results.changes import Change, Scope, Stage
from dcr.results.facts import require
from dcr.results.fields import Place
from dcr.results.outcome import Outcome
from dcr.steps.application.belonging import present_record
from dcr.steps.application.imported.client_record import (
    OPERATION,
    Values,
    adopted,
    former_client,
    keep,
    orphans,
    registered,
    registration_due,
    reserved,
    withdrawn,
)
from dcr.steps.application.imported.client_registration import NotRegistered, register_client
from dcr.steps.application.imported.fields import (
    FIELDS,
    OWNER,
    Adoption,
    ImportDiff,
    ImportSpec,
    Places,
    diff_adoption,
    diff_registration,
)
from dcr.steps.application.imported.registration_dates import date_warnings
from dcr.steps.application.record import (
    ApplicationRecord,
    application_facts,
    connection_details,
    detail_differences,
    record_problems,
    reference,
)
from dcr.steps.context import StepContext


@dataclass(frozen=True, slots=True)
class ImportState:
    """The application as it is in Vault and Konnect."""

    record: ApplicationRecord
    problems: tuple[Problem, ...] = ()
    asked: bool = True  # False: Konnect was not asked, since something is missing that others have told
    by_id: KonnectApplication | None = None  # the one whose id Vault keeps
    of_client: tuple[KonnectApplication, ...] = ()  # else those that have the client, oldest first

    def chosen(self, wanted: ImportSpec) -> KonnectApplication | None:
        """The wanted owner's, else anybody's that has the client."""
        mine = [one for one in self.of_client if wanted.owns(one)]
        return self.by_id or next(iter((*mine, *self.of_client)), None)


class ImportWay:
    """The moves of an application of the way `import`."""

    def observe(self, ctx: StepContext, asked: ApplicationSpec) -> ImportState:
        record = present_record(ctx, asked)
        problems = _unfinished_replacement(ctx, asked, record) + record_problems(ctx, asked, record)
        if problems or ctx.facts.portal is None:
            return ImportState(record, problems, asked=False)
        if registration_due(ctx, record):
            return ImportState(record)
        return _find(ctx, ctx.facts.portal.id, record)

    def diff(self, ctx: StepContext, asked: ApplicationSpec, state: ImportState) -> ImportDiff:
        if not state.asked:
            return ImportDiff(problems=state.problems)
        wanted, places = _spec(ctx, asked, state.record), _places(ctx, asked)
        if registration_due(ctx, state.record):
            return replace(diff_registration(places, wanted, state.record), unproved=(_rights(asked),))
        details = detail_differences(ctx, asked, places.vault, state.record)
        found = diff_adoption(places, state.chosen(wanted), wanted, state.record, details)
        rights = (_rights(asked),) if found.adoption is Adoption.CREATE else ()
        dates = date_warnings(asked.name, state.record, datetime.now(UTC))
        return replace(found, warnings=(*_duplicates(state, wanted), *found.warnings, *dates), unproved=rights)

    def outcome(self, ctx: StepContext, asked: ApplicationSpec, state: ImportState) -> Outcome:
        if not state.asked:
            return Outcome()
        where, found = reference(ctx, asked), state.chosen(_spec(ctx, asked, state.record))
        said = Outcome(orphans=orphans(state.record, where), vault_paths=(where,))
        diff = self.diff(ctx, asked, state)
        if found is None or diff.register or diff.adoption is not Adoption.KEEP:  # its id will be another
            return said
        return said + Outcome(application_facts(asked, found.id, state.record.text("client_id")))

    def apply(self, ctx: StepContext, asked: ApplicationSpec, state: ImportState, diff: ImportDiff) -> Outcome:
        for fact, what in ((ctx.facts.owner_id, "the owner"), (ctx.facts.strategy_id, "the auth strategy")):
            require(fact, what)
        require(require(ctx.facts.issuer, "the issuer").token_endpoint, "the token endpoint")
        values: Values = dict(state.record.values)
        warnings: tuple[str, ...] = ()
        if diff.register:
            values, warnings = self._register(ctx, asked, state.record)
        client_id = _plain(values, "client_id")
        application_id = self._adopt(ctx, asked, state, diff, client_id)
        if diff.register or application_id != state.record.application_id or detail_differences(ctx, asked, "", state.record):
            keep(ctx, asked, adopted({**values, **connection_details(ctx)}, application_id))
        path = f"{_places(ctx, asked).konnect.path}/dcr_client_id"
        return Outcome(application_facts(asked, application_id, client_id), _naming(diff.changes, path, client_id), warnings=warnings)

    def _register(self, ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord) -> tuple[Values, tuple[str, ...]]:
        """Register the client, and put its secret into Vault before anything else happens."""
        wanted = _marked(ctx, _client(ctx, asked))
        endpoint = require(require(ctx.facts.issuer, "the issuer").registration_endpoint, "the registration endpoint")
        values = reserved(record, wanted, now())
        keep(ctx, asked, values)
        try:
            client = register_client(ctx, endpoint, wanted)
        except NotRegistered as failure:
            with suppress(DcrError):  # Vault then names an orphan that there is not: better than the other way round
                keep(ctx, asked, withdrawn(values, failure.left_behind))
            raise failure.reason from None
        values = {**registered(values, wanted, client, datetime.now(UTC)), **connection_details(ctx)}
        keep(ctx, asked, values)
        return values, tuple(f"curity: {asked.name}: {shortfall}." for shortfall in client.shortfalls(wanted))

    def _adopt(self, ctx: StepContext, asked: ApplicationSpec, state: ImportState, diff: ImportDiff, client_id: str) -> str:
        """Have an application with this client, and return its id."""
        portal_id = ctx.the_portal().id
        wanted = replace(_spec(ctx, asked, state.record), client_id=client_id)
        found = None if diff.register else state.chosen(wanted)
        if found is not None and diff.adoption is Adoption.RECREATE:
            delete_application(ctx.konnect, portal_id, found.id)
        elif found is not None:
            if OWNER in diff.writes:
                update_application(ctx.konnect, portal_id, found.id, FIELDS.update_body(wanted, (OWNER,), found))
            return found.id
        return create_application(ctx.konnect, portal_id, FIELDS.create_body(wanted))


def clients_to_replace(ctx: StepContext, names: Iterable[str]) -> frozenset[str]:
    """The present clients of applications that shall get new ones. By client id, so that a repeated attempt replaces no second time.

    Raises:
        Problems: an application is none of the tenant's, or not of the way `import`, or has no client yet.
    """
    applications = {application.name: application for application in ctx.the_tenant().applications}
    found: set[str] = set()
    refused: list[Problem] = []
    for name in names:
        application = applications.get(name)
        if application is None or application.way is not Way.IMPORT:
            remedy = "Name one of the tenant's applications whose way is 'import'."
            refused.append(Problem(f"replace {name}", "no such application of the way 'import'", remedy))
            continue
        client_id = present_record(ctx, application).text("client_id")
        if client_id:
            found.add(client_id)
        else:
            refused.append(Problem(f"replace {name}", "it has no client yet", "Onboard without --replace: that registers one."))
    if refused:
        raise Problems("replace", refused)
    return frozenset(found)


def _find(ctx: StepContext, portal_id: str, record: ApplicationRecord) -> ImportState:
    konnect, by_id, client_id = ctx.konnect, record.application_id, record.text("client_id")
    found = ctx.cached(f"konnect application {by_id}", lambda: find_application(konnect, portal_id, by_id)) if by_id else None
    if found is None:
        same = ctx.cached(f"konnect applications of {client_id}", lambda: find_applications_of_client(konnect, portal_id, client_id))
        return ImportState(record, of_client=same)
    if found.client_id != client_id:
        said = f"application {found.id} has client {found.client_id}, and Vault holds the secret of {client_id}"
        raise CheckFailed(SYSTEM, said, "An application never changes its client: correct application_id or client_id in Vault.")
    return ImportState(record, by_id=found)


def _unfinished_replacement(ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord) -> tuple[Problem, ...]:
    """One replacement after the other: else nobody would know any more what is to be removed."""
    if not (former_client(record) and registration_due(ctx, record)):
        return ()
    fault = "its client was replaced before, and the one before that still waits for its removal"
    remedy = "Have the present application's registrations approved and onboard again; then replace."
    return (Problem(_places(ctx, asked).konnect.path, fault, remedy),)


def _duplicates(state: ImportState, wanted: ImportSpec) -> tuple[str, ...]:
    mine = [one for one in state.of_client if wanted.owns(one)]
    others, client_id = ", ".join(one.id for one in mine[1:]), state.record.text("client_id")
    return (f"konnect: {len(mine)} applications have client {client_id}: the oldest is used. Remove {others}.",) if others else ()


def _spec(ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord) -> ImportSpec:
    client_id = None if registration_due(ctx, record) else record.text("client_id")
    return ImportSpec(asked, ctx.the_tenant().owner_type.value, ctx.facts.owner_id, ctx.facts.strategy_id, client_id)


def _client(ctx: StepContext, asked: ApplicationSpec) -> ClientSpec:
    """No two applications have one client name: neither slugs nor names of applications hold a dot."""
    return ClientSpec(f"{ctx.the_tenant().slug}.{asked.name}", (asked.redirect_uri,))


def _marked(ctx: StepContext, client: ClientSpec) -> ClientSpec:
    """With whose it is, and by which operation it came to be, which the reservation in Vault names too."""
    marks = {"dcr_platform": ctx.platform.name, "dcr_tenant": ctx.the_tenant().slug, OPERATION: secrets.token_hex(16)}
    return replace(client, marks=marks)


def _places(ctx: StepContext, asked: ApplicationSpec) -> Places:
    path = f"konnect/portals/{ctx.the_tenant().portal}/applications/{asked.name}"
    client_name = _client(ctx, asked).client_name
    return Places(f"curity/clients/{client_name}", Place(Stage.APPLICATION, Scope.TENANT, path), reference(ctx, asked))


def _rights(asked: ApplicationSpec) -> str:
    """Which rights a token has cannot be asked with that token."""
    roles = "Portals: Admin (on this portal), and APIs: Registration Approver"
    return f"konnect: creating and registering {asked.name} needs the roles {roles}; only the write tells whether the token has them."


def _naming(changes: tuple[Change, ...], path: str, client_id: str) -> tuple[Change, ...]:
    """The report says what became of the client id that the plan could not know."""
    return tuple(replace(change, after=client_id) if change.path == path else change for change in changes)


def _plain(values: Values, name: str) -> str:
    value = values[name]
    return value if isinstance(value, str) else value.get_secret_value()
