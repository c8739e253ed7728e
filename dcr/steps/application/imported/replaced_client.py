"""Remove a client that another one has replaced, and its application, once the new one has its registrations.

Source: docs/vendors/curity.md, Client management; docs/vendors/konnect.md, Admin applications.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.konnect.applications import delete_application
from dcr.model.tenant import RegistrationApproval, Way
from dcr.model.timestamps import now
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.outcome import Outcome
from dcr.steps.application.api_registrations import ApiRegistrations
from dcr.steps.application.application import Application
from dcr.steps.application.belonging import present_record
from dcr.steps.application.imported.client_record import (
    FormerClient,
    former_client,
    keep,
    orphans,
    present_client,
    registration_due,
    retired,
)
from dcr.steps.application.record import ApplicationRecord, reference
from dcr.steps.context import StepContext
from dcr.steps.step import Each, Item, Lock, Step, System


@dataclass(frozen=True, slots=True)
class ReplacedState:
    """The client that was replaced, or will be by the step before."""

    record: ApplicationRecord
    former: FormerClient | None


class ReplacedClient(Step[ReplacedState, str]):
    """Safe to repeat: what is gone already counts as removed."""

    name, stage, scope, lock = "replaced client", Stage.APPLICATION, Scope.TENANT, Lock.TENANT
    systems, each = frozenset({System.VAULT, System.KONNECT}), Each.APPLICATION
    follows = (Application, ApiRegistrations)
    timeout_seconds, description = 300, "Removes a client that another one has replaced."

    def observe(self, ctx: StepContext, item: Item) -> ReplacedState:
        application = ctx.the_tenant().application(item)
        record = present_record(ctx, application)
        if application.way is not Way.IMPORT:
            return ReplacedState(record, None)
        will_be = present_client(record) if registration_due(ctx, record) else None
        return ReplacedState(record, former_client(record) or will_be)

    def diff(self, ctx: StepContext, item: Item, state: ReplacedState) -> Diff[str]:
        former = state.former
        if former is None:
            return Diff()
        if not _successor_serves(ctx, item):
            waiting = f"curity: client {former.client_id} stays until the registrations of {item}, whose client it was, are approved."
            return Diff(warnings=(waiting,))
        return self._gone(ctx, item, former)

    def outcome(self, ctx: StepContext, item: Item, state: ReplacedState) -> Outcome:
        return Outcome(orphans=orphans(state.record, reference(ctx, ctx.the_tenant().application(item))))

    def apply(self, ctx: StepContext, item: Item, state: ReplacedState, diff: Diff[str]) -> Outcome:
        return self.remove(ctx, item, state, diff)

    def absent(self, ctx: StepContext, item: Item, state: ReplacedState) -> Diff[str]:
        former = former_client(state.record)  # the present one, if it is due for replacement, is the application's
        return self._gone(ctx, item, former) if former else Diff()

    def remove(self, ctx: StepContext, item: Item, state: ReplacedState, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        former = state.former
        if former is None:
            return Outcome()
        if former.application_id:
            delete_application(ctx.konnect, ctx.the_portal().id, former.application_id)
        orphan = f"{now()} {item} {former.client_id}"
        if former.registration_access_token and former.removable:
            ctx.registration.remove(former.registration_client_uri, former.registration_access_token)
            orphan = ""
        keep(ctx, ctx.the_tenant().application(item), retired(state.record, orphan))
        return Outcome()

    def _gone(self, ctx: StepContext, item: Item, former: FormerClient) -> Diff[str]:
        places = [(f"curity/clients/{former.client_id}", "replaced")]
        if former.application_id:
            path = f"konnect/portals/{ctx.the_tenant().portal}/applications/{former.application_id}"
            places.insert(0, (path, f"{item} of client {former.client_id}"))
        return Diff(tuple(Difference(Change(self.stage, self.scope, path, before, None), path) for path, before in places))


def _successor_serves(ctx: StepContext, name: str) -> bool:
    known = ctx.facts.registrations.get(name)
    if known is None:  # it will be what this run makes it
        return ctx.the_tenant().registration_approval is not RegistrationApproval.BY_PORTAL_ADMIN
    return known.approved
