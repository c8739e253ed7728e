"""Take a former application away: at Konnect, then its client at Curity, then its secrets. Each is proved before the next is begun.

Vault's record stays until everything else is proved, so a run that dies anywhere is gone on with by the next. The developer always stays.

Source: docs/vendors/konnect.md, Removal; docs/vendors/curity.md, Removal; docs/vendors/vault.md, Removal.
"""

from __future__ import annotations

from collections.abc import Iterator

from dcr.errors import Refused
from dcr.konnect.applications import KonnectApplication, delete_application
from dcr.model.timestamps import now
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.outcome import Outcome
from dcr.steps.application.former.client_end import ClientEnd, end_client, unseen_client
from dcr.steps.application.former.gateway_refusal import require_dead
from dcr.steps.application.former.receipt import write_receipt
from dcr.steps.application.former.remembered import Former
from dcr.steps.application.imported.client_record import former_client, orphan_lines, orphan_of, present_client
from dcr.steps.application.record import ApplicationRecord
from dcr.steps.context import StepContext
from dcr.vault import paths


def absent_application(ctx: StepContext, name: str, former: Former) -> Diff[str]:
    """Everything of it that has to go."""
    if not former.is_there:
        return Diff(problems=former.problems)
    root = f"konnect/portals/{former.portal}/applications"
    lines = [(f"{root}/{one.name}", f"{one.id}, client {one.client_id}", "") for one in former.applications]
    lines += [(f"curity/clients/{client_id}", "registered", "") for client_id in _clients(former)]
    credentials = f"credentials of client {former.record.text('client_id')}" if former.record.text("client_id") else "reserved"
    lines.append((ctx.vault.ref(_path(ctx, name)), credentials, f"{name} and its credentials"))
    changes = [Change(Stage.APPLICATION, Scope.TENANT, path, before, None, removes=removes) for path, before, removes in lines]
    return Diff(tuple(Difference(change, name) for change in changes), former.problems)


def remove_application(ctx: StepContext, name: str, former: Former) -> Outcome:
    """Take it away.

    Raises:
        Refused: Konnect does not delete the application; it stays, and so does its record.
        CheckFailed: the gateway still lets the credentials in.
        Passing, Unknown: something could not be asked; the next run goes on from here.
    """
    removed = [_delete(ctx, former, one) for one in former.applications]
    ends = [*_ended(ctx, name, former)]
    left = [*orphan_lines(former.record), *(line for end in ends for line in end.left)]
    write_receipt(ctx, name, [*removed, *(line for end in ends for line in end.removed)], left)
    require_dead(ctx, name, former.record.credentials)
    _destroy(ctx, _path(ctx, name))
    where = ctx.vault.ref(paths.receipt(ctx.the_tenant().slug, name))
    claims = tuple(claim for end in ends for claim in end.claims)
    return Outcome(claims=claims, orphans=tuple(orphan_of(line, where) for line in left), vault_paths=(where,))


def _delete(ctx: StepContext, former: Former, application: KonnectApplication) -> str:
    try:
        shown = delete_application(ctx.konnect, former.portal_id, application.id)
    except Refused as refused:
        said = f"{refused.problem}: application {application.id} stays, and so does its record in Vault"
        raise type(refused)(refused.where, said, f"{refused.remedy} The next run goes on from here.") from None
    how = f"{shown.call} answered {shown.status}" if shown else "it was gone already"
    return f"{now()} application {application.id}: {how}"


def _ended(ctx: StepContext, name: str, former: Former) -> Iterator[ClientEnd]:
    """The client, the one that it has replaced, and those that Konnect shows and Vault has no secret of."""
    record = former.record
    replaced, present = former_client(record), present_client(record)
    if replaced:
        yield end_client(ctx, name, replaced, None, "")
    if present:
        yield end_client(ctx, name, present, record.credentials, record.text("token_endpoint"))
    known = {client.client_id for client in (replaced, present) if client}
    for client_id in _clients(former):
        if client_id not in known:
            yield unseen_client(name, client_id)


def _clients(former: Former) -> tuple[str, ...]:
    """Ids of the clients that are to be gone afterwards."""
    record: ApplicationRecord = former.record
    named = [client.client_id for client in (former_client(record), present_client(record)) if client]
    return tuple(dict.fromkeys([*named, *(one.client_id for one in former.applications if one.client_id)]))


def _destroy(ctx: StepContext, path: str) -> None:
    """Every version. An identity that offboards removes the path as well; one that onboards may not, and need not."""
    if ctx.the_tenant().leaves:
        ctx.vault.forget(path)
    else:
        ctx.vault.remove(path)


def _path(ctx: StepContext, name: str) -> str:
    return paths.application(ctx.the_tenant().slug, name)
