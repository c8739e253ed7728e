"""Keep the accepted tenant in Vault, without secrets, so that later flows take only its slug, and later requests meet what came before.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import json

from dcr.model.request import Request
from dcr.model.timestamps import now
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import require
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import SCHEMA_VERSION, AcceptedRecord, RememberedPublication, remembered, written
from dcr.steps.preflight.ownership import claimed_from, owner_after
from dcr.steps.preflight.specification import Leaf, differing, members
from dcr.steps.step import Item, Lock, Step, System
from dcr.vault import paths

REQUESTED_BY = "requested_by"


class TenantRecord(Step[AcceptedRecord, str]):
    """`tenants/<slug>/spec`: the tenant as it was asked for last, by whom and why, whose it is, and what it has ever published."""

    name, stage, scope, lock = "tenant record", Stage.PREFLIGHT, Scope.TENANT, Lock.TENANT
    systems = frozenset({System.VAULT})
    timeout_seconds, description = 120, "Keeps the accepted tenant in Vault, without secrets."

    def observe(self, ctx: StepContext, item: Item) -> AcceptedRecord:  # noqa: ARG002
        return remembered(ctx)

    def diff(self, ctx: StepContext, item: Item, state: AcceptedRecord) -> Diff[str]:  # noqa: ARG002
        """Without a request nobody asks for anything: then only the specification is compared."""
        if state.fault:
            return Diff(problems=(state.fault,))
        if not state.exists:
            return _diff(_new(ctx))
        changes = [_change(ctx, leaf) for leaf in differing(state.specification, ctx.the_tenant().model_dump(mode="json"))]
        if ctx.request is not None:
            changes = _claimed(ctx, state, _superseded(ctx, ctx.request, state, changes))
            changes += _kept_up(ctx, state, shown=bool(changes))
        return _diff(changes)

    def apply(self, ctx: StepContext, item: Item, state: AcceptedRecord, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        request, tenant, accepted_at = require(ctx.request, "the request"), ctx.the_tenant(), now()
        owner, owned_since = owner_after(ctx, state, accepted_at)
        values = {
            "schema_version": str(SCHEMA_VERSION),
            "generation": str(state.generation + 1),
            "tenant": tenant.model_dump_json(),
            REQUESTED_BY: tenant.requested_by,
            "ticket": tenant.ticket,
            "owner": owner,
            "owned_since": owned_since,
            "requesters": json.dumps(list(dict.fromkeys((*state.requesters, tenant.requested_by)))),
            "run": request.run,
            "run_id": request.run_id,
            # An older request that a person has forced is as good as asked for now: a retry of what it replaced comes too late.
            "requested_at": accepted_at if request.older_than(state.requested_at) else request.requested_at,
            "accepted_at": accepted_at,
            "publications": written(_publications(ctx, state)),
        }
        ctx.vault.put(paths.tenant_spec(tenant.slug), values, expect=state.version)
        return Outcome()

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:
        return ("",) if ctx.the_tenant().leaves else ()

    def absent(self, ctx: StepContext, item: Item, state: AcceptedRecord) -> Diff[str]:  # noqa: ARG002
        if state.fault:
            return Diff(warnings=(f"{state.fault}",))
        if not state.exists:
            return Diff()
        return _diff([Change(self.stage, self.scope, _path(ctx), "the accepted tenant", None)])

    def remove(self, ctx: StepContext, item: Item, state: AcceptedRecord, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        ctx.vault.remove(paths.tenant_spec(ctx.the_tenant().slug))
        return Outcome()


def _diff(changes: list[Change]) -> Diff[str]:
    return Diff(tuple(Difference(change, change.path) for change in changes))


def _path(ctx: StepContext) -> str:
    return f"vault/{paths.tenant_spec(ctx.the_tenant().slug)}"


def _change(ctx: StepContext, leaf: Leaf, conflict: str = "") -> Change:
    path = f"{_path(ctx)}/{leaf.path}".rstrip("/")
    return Change(TenantRecord.stage, TenantRecord.scope, path, leaf.before, leaf.after, conflict)


def _new(ctx: StepContext) -> list[Change]:
    tenant = ctx.the_tenant()
    whole = Leaf("", None, f"as asked for by {tenant.requested_by}")
    return [_change(ctx, leaf) for leaf in (whole, *members(tenant.model_dump(mode="json")))]


def _superseded(ctx: StepContext, request: Request, state: AcceptedRecord, changes: list[Change]) -> list[Change]:
    """The changes, after one that says whose newer request they would undo."""
    if not changes or request.run_id == state.run_id or not request.older_than(state.requested_at):
        return changes
    conflict = f"superseded by run {state.run}, accepted at {state.accepted_at}"
    newer, older = f"as asked for at {state.requested_at}", f"as asked for at {request.requested_at}"
    return [_change(ctx, Leaf("", newer, older), conflict), *changes]


def _claimed(ctx: StepContext, state: AcceptedRecord, changes: list[Change]) -> list[Change]:
    """The changes, with one that says whose tenant it is, if it is not the requester's."""
    conflict = claimed_from(ctx, state)
    if not conflict:
        return changes
    claim = _change(ctx, Leaf(REQUESTED_BY, state.owner, ctx.the_tenant().requested_by), conflict)
    return [*(change for change in changes if change.path != claim.path), claim]


def _kept_up(ctx: StepContext, state: AcceptedRecord, *, shown: bool) -> list[Change]:
    """What the record itself lacks: the form of today, and publications that it does not remember as they are.

    Args:
        shown: other changes say already why it is written.
    """
    if state.schema_version < SCHEMA_VERSION:
        return [_change(ctx, Leaf("schema_version", str(state.schema_version), str(SCHEMA_VERSION)))]
    if shown:
        return []
    before = {(one.portal, one.label): _told(one) for one in state.publications}
    new = [one for one in _publications(ctx, state) if one not in state.publications]
    places = [(f"publications/{one.portal}/{one.label}", before.get((one.portal, one.label)), _told(one)) for one in new]
    return [_change(ctx, Leaf(*place)) for place in places]


def _publications(ctx: StepContext, state: AcceptedRecord) -> tuple[RememberedPublication, ...]:
    """All that were remembered, and those that are wanted now."""
    tenant, portal, ids = ctx.the_tenant(), ctx.facts.portal, ctx.facts.api_ids
    known = [(portal.id, ids[api.label], api) for api in tenant.apis if portal and api.label in ids]
    wanted = {
        (portal_id, api_id): RememberedPublication(api.label, tenant.portal, portal_id, api_id, api.method.value, api.path)
        for portal_id, api_id, api in known
    }
    others = (one for one in state.publications if (one.portal_id, one.api_id) not in wanted)
    return (*others, *wanted.values())


def _told(one: RememberedPublication) -> str:
    return f"{one.method} {one.path} of API {one.api_id} in portal {one.portal_id}"
