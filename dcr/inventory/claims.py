"""What Vault says of ids: which applications and clients are somebody's, and which are left over. Only what it says is ever an orphan.

Source: docs/vendors/konnect.md, Finding applications; docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dcr.inventory.memory import KeptApplication, KeptReceipt, KeptTenant, VaultMemory
from dcr.model.names import UUID_PATTERN
from dcr.model.tenant import Way
from dcr.steps.application.imported.client_record import OPERATION, REGISTERED, former_client, orphan_lines

_GONE = re.compile(rf"\S+ application (?P<id>{UUID_PATTERN}): ")


@dataclass(frozen=True, slots=True)
class LeftoverLine:
    """One line of a record's or a receipt's possible orphans."""

    name: str
    client_id: str  # empty: its registration was never answered
    mark: str  # `dcr_op=…` of its registration, if that was kept
    since: str
    where: str
    in_list: bool = True  # it stands in the list until a person clears it; else it is a reservation that the next run ends


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Why an id is left over."""

    slug: str
    why: str
    settle: str


@dataclass(slots=True)
class IdsInVault:
    """All ids, by what Vault says of them."""

    applications: dict[str, KeptApplication] = field(default_factory=dict)  # of records that have one
    clients: dict[str, KeptApplication] = field(default_factory=dict)
    lost_applications: dict[str, LeftOver] = field(default_factory=dict)
    lost_clients: dict[str, LeftOver] = field(default_factory=dict)
    lines: list[tuple[KeptTenant, LeftoverLine]] = field(default_factory=list)
    unfinished: list[KeptApplication] = field(default_factory=list)  # reserved for the portal, and no application heard of


def ids_in(memory: VaultMemory) -> IdsInVault:
    """Sort them. What a record needs is never left over, whatever another one says."""
    found = IdsInVault()
    for tenant in memory.tenants:
        for kept in tenant.applications:
            if kept.record.ours:
                _of_record(found, tenant, kept)
        for receipt in tenant.receipts:
            _of_receipt(found, tenant, receipt)
    for tenant, line in found.lines:
        if line.client_id:
            settle = f"Remove client {line.client_id} at Curity by its id, then take its line out of {line.where}."
            found.lost_clients.setdefault(line.client_id, LeftOver(tenant.slug, f"{line.where} names it as a possible orphan", settle))
    found.lost_clients = {one: why for one, why in found.lost_clients.items() if one not in found.clients}
    found.lost_applications = {one: why for one, why in found.lost_applications.items() if one not in found.applications}
    return found


def _of_record(found: IdsInVault, tenant: KeptTenant, kept: KeptApplication) -> None:
    record, replaced = kept.record, former_client(kept.record)
    if record.application_id:
        found.applications[record.application_id] = kept
    elif record.pending and record.text("way") != Way.IMPORT:
        found.unfinished.append(kept)
    if kept.client_id:
        found.clients[kept.client_id] = kept
    if replaced:
        why = f"{kept.where} names it as replaced and not removed yet"
        found.lost_clients[replaced.client_id] = LeftOver(tenant.slug, why, tenant.settle)
        if replaced.application_id:
            found.lost_applications[replaced.application_id] = LeftOver(tenant.slug, why, tenant.settle)
    listed = set(record.text("possible_orphans").splitlines())
    found.lines += [(tenant, _line(text, kept.where, in_list=text in listed)) for text in orphan_lines(record)]


def _of_receipt(found: IdsInVault, tenant: KeptTenant, receipt: KeptReceipt) -> None:
    found.lines += [(tenant, _line(text, receipt.where)) for text in receipt.left]
    for application_id in _removed(receipt.removed):
        settle = f"Delete application {application_id} in its portal."
        found.lost_applications[application_id] = LeftOver(tenant.slug, f"{receipt.where} says that it was removed", settle)


def _removed(lines: Iterable[str]) -> Iterator[str]:
    return (match["id"] for line in lines if (match := _GONE.match(line)))


def _line(text: str, where: str, *, in_list: bool = True) -> LeftoverLine:
    since, name, last = [*text.partition(": ")[0].split(), "", "", ""][:3]
    is_mark = last.startswith(f"{OPERATION}=")
    return LeftoverLine(name, "" if is_mark else last, last if is_mark else "", since, where, in_list)


def is_unadopted(kept: KeptApplication) -> bool:
    """Whether its client is registered, and Konnect was not told of it as far as Vault knows."""
    return kept.record.text("state") == REGISTERED and not kept.record.application_id
