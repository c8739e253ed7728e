"""Clients that Curity lists and nobody here knows: orphans if they bear our platform's mark, else foreign.

Source: docs/vendors/curity.md, Client GraphQL, Registration.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from dcr.curity.runtime.client_listing import SCOPE, ListedClient, list_clients
from dcr.errors import Missing
from dcr.inventory.claims import IdsInVault
from dcr.inventory.client_things import ClientLook
from dcr.inventory.questions import Unasked
from dcr.inventory.region import Region
from dcr.inventory.thing import Holder, Judgement, Thing
from dcr.model.timestamps import rfc3339
from dcr.settings.model import variable
from dcr.steps.application.imported.client_record import OPERATION
from dcr.vault.credentials import resolve

PLATFORM_MARK, TENANT_MARK = "dcr_platform", "dcr_tenant"
NOT_OFFERED = (
    f"cannot tell which other clients Curity has: {variable('curity', 'management_client')} names none that may list them. "
    "Only clients that Vault knows were asked for."
)


def things_listed(look: ClientLook, region: Region, told: list[Thing]) -> tuple[list[Thing], tuple[str, ...]]:
    """All with what the listing adds, and what this installation does not offer.

    Args:
        told: what is a thing already, so that none is told twice. A registration without an answer is told by its client, if that is there.
    """
    if not look.ctx.settings.curity.management_client:
        return told, (NOT_OFFERED,)
    listed = look.questions.ask(Holder.CURITY, lambda: _listed(look))
    if isinstance(listed, Unasked):
        return [*told, _unasked(listed.why)], ()
    known = {thing.where for thing in told if thing.kind == "client"}
    adopted = {one.client_id: one.name for one in region.applications().values() if one.client_id}
    heard_of = {f"{OPERATION}={one.marked(OPERATION)}" for one in listed}
    rest = [thing for thing in told if thing.kind != "client" or thing.where not in heard_of]
    return [*rest, *_things(look, [one for one in listed if one.client_id not in known], adopted)], ()


def _listed(look: ClientLook) -> tuple[ListedClient, ...]:
    settings, metadata = look.ctx.settings.curity, look.metadata_or_raise()
    if metadata.registration_endpoint is None:
        raise Missing("oauth: metadata", "names no registration endpoint", "dcr diagnose tells why registration fails.")
    secret = settings.management_secret
    if secret is None:
        raise Missing(variable("curity", "management_secret"), "is not set", "Set it, or take the management client out.")
    given = resolve(look.ctx.vault, secret)
    token = look.ctx.oauth.token(metadata.token_endpoint, settings.management_client, given, SCOPE)
    return list_clients(look.ctx.oauth, metadata.registration_endpoint, token.access_token)


def _things(look: ClientLook, listed: list[ListedClient], adopted: dict[str, str]) -> Iterator[Thing]:
    marks = {line.mark for _, line in look.ids.lines if line.mark}
    for one in listed:
        judged, why, settle = _judged(look, one, adopted, marks)
        issued = one.client_id_issued_at
        yield Thing(
            system=Holder.CURITY,
            kind="client",
            name=one.client_name,
            where=one.client_id,
            judged=judged,
            why=why,
            tenant=_whose(look.ids, one) if judged is not Judgement.FOREIGN else "",
            since=rfc3339(datetime.fromtimestamp(issued, UTC)) if issued else "",
            settle=settle,
        )


def _judged(look: ClientLook, one: ListedClient, adopted: dict[str, str], marks: set[str]) -> tuple[Judgement, str, str]:
    ids: IdsInVault = look.ids
    by_id = f"Remove client {one.client_id} at Curity by its id."
    if one.client_id in ids.clients:
        return Judgement.OURS, "a record in Vault has it", ""
    if one.client_id in adopted:
        return Judgement.FOREIGN, f"of application {adopted[one.client_id]} in Konnect; no record in Vault has it", ""
    if one.status not in ("", "active"):
        return Judgement.FOREIGN, f"{one.status}: it gets no token", ""
    if f"{OPERATION}={one.marked(OPERATION)}" in marks:
        return Judgement.ORPHAN, "registered by a run that never heard of it", by_id
    if one.marked(PLATFORM_MARK) == look.ctx.platform.name:
        return Judgement.ORPHAN, "it bears our platform's mark, and neither Vault nor Konnect knows it", by_id
    return Judgement.FOREIGN, "without our mark; Konnect's own registrations have none", ""


def _whose(ids: IdsInVault, one: ListedClient) -> str:
    return ids.clients[one.client_id].slug if one.client_id in ids.clients else one.marked(TENANT_MARK)


def _unasked(why: str) -> Thing:
    return Thing(
        system=Holder.CURITY,
        kind="client",
        name="all others",
        where="curity",
        judged=Judgement.UNKNOWN,
        why=why,
        settle=f"Let the client that {variable('curity', 'management_client')} names list clients (docs/inventory.md).",
    )
