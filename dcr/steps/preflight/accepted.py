"""What Vault remembers of an accepted tenant: its specification, whose it is, by which run, and what it has ever published.

Publications are remembered from before they are made until they are proved gone, since Konnect does not tell which tenant's they are.

Source: docs/vendors/vault.md, Layout, Values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dcr.errors import Problem
from dcr.model.tenant import Tenant
from dcr.steps.context import StepContext
from dcr.vault import paths
from dcr.vault.client import VaultSecret

SCHEMA_VERSION = 2  # 1: tenant, requested_by and ticket alone, without a version
REMOVE_IT = "Restore a version of it that is, or remove it: the next onboarding then counts as the first."


@dataclass(frozen=True, slots=True)
class RememberedPublication:
    """An API that the tenant has published or used, by ids, and the request that proves access to it."""

    label: str
    portal: str
    portal_id: str
    api_id: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class AcceptedRecord:
    """One record as it was read; of version 0 if there is none."""

    version: int = 0  # Vault's, for check-and-set
    schema_version: int = 0
    generation: int = 0  # grows with each acceptance
    specification: Mapping[str, Any] = field(default_factory=dict)  # the tenant as JSON, with today's defaults where they fit
    owner: str = ""  # of the slug: who came first, or took it over on purpose
    owned_since: str = ""  # empty: an older record does not say
    requesters: tuple[str, ...] = ()  # all who have asked so far
    run: str = ""
    run_id: str = ""
    requested_at: str = ""
    accepted_at: str = ""
    publications: tuple[RememberedPublication, ...] = ()
    fault: Problem | None = None  # why it cannot be used, and must not be written over

    @property
    def exists(self) -> bool:
        """Whether the tenant has been accepted before."""
        return self.version > 0 and self.fault is None

    @property
    def tenant(self) -> Tenant | None:
        """What was accepted; None if this version does not know such a tenant."""
        try:
            return Tenant.model_validate(self.specification)
        except ValidationError:
            return None


def remembered(ctx: StepContext) -> AcceptedRecord:
    """The tenant's record; shared by the steps of a look."""
    path = paths.tenant_spec(ctx.the_tenant().slug)
    return parsed(ctx.vault.ref(path), ctx.cached(f"vault {path}", lambda: ctx.vault.read(path)))


def forget_publication(ctx: StepContext, portal_id: str, api_id: str) -> None:
    """Take one publication out of the record, once it is proved gone. Nothing is written if it is not remembered.

    Raises:
        Stale: somebody else has written the record meanwhile.
        LostLock: this run may not write any more.
    """
    path = paths.tenant_spec(ctx.the_tenant().slug)
    kept = ctx.vault.read(path)  # not the shared answer: what else was written since stays
    record = parsed(ctx.vault.ref(path), kept)
    left = tuple(one for one in record.publications if (one.portal_id, one.api_id) != (portal_id, api_id))
    if kept is None or record.fault or left == record.publications:
        return
    ctx.vault.put(path, {**kept.values, "publications": written(left)}, expect=kept.version)
    ctx.reads.pop(f"vault {path}", None)


def parsed(where: str, kept: VaultSecret | None) -> AcceptedRecord:
    """The record in what Vault keeps; its fault if it is none that this version may use.

    Args:
        where: names it for people.
    """
    if kept is None:
        return AcceptedRecord()
    values = {name: value.get_secret_value() for name, value in kept.values.items()}
    try:
        return _understood(where, kept, values)
    except (KeyError, TypeError, ValueError):  # a ValidationError is one; their words hold what was read
        fault = Problem(where, "does not hold an accepted tenant as this tool writes it", REMOVE_IT)
        return AcceptedRecord(kept.version, fault=fault)


def written(publications: tuple[RememberedPublication, ...]) -> str:
    """As the record keeps them."""
    return _PUBLICATIONS.dump_json(publications).decode()


_PUBLICATIONS = TypeAdapter(tuple[RememberedPublication, ...])
_NAMES = TypeAdapter(tuple[str, ...])


def _understood(where: str, kept: VaultSecret, values: Mapping[str, str]) -> AcceptedRecord:
    if not kept.ours:
        remedy = "Move it away, or remove it, then run again."
        return AcceptedRecord(kept.version, fault=Problem(where, "holds something that this tool did not write", remedy))
    schema_version = int(values.get("schema_version", "1"))
    empty = AcceptedRecord(kept.version, schema_version)
    if schema_version > SCHEMA_VERSION:
        fault = f"was written by a newer version of this tool (schema_version {schema_version}; this one knows {SCHEMA_VERSION})"
        return replace(empty, fault=Problem(where, fault, "Use that version, or a newer one."))
    requested_by = values["requested_by"]
    return replace(
        empty,
        generation=int(values.get("generation", "1")),
        specification=_specification(values["tenant"]),
        owner=values.get("owner", requested_by),
        owned_since=values.get("owned_since", ""),
        requesters=_NAMES.validate_json(values["requesters"]) if "requesters" in values else (requested_by,),
        publications=_PUBLICATIONS.validate_json(values.get("publications", "[]")),
        run=values.get("run", ""),
        run_id=values.get("run_id", ""),
        requested_at=values.get("requested_at", ""),
        accepted_at=values.get("accepted_at", ""),
    )


def _specification(text: str) -> dict[str, Any]:
    """An older one lacks fields that have come since: they have their defaults then."""
    try:
        return Tenant.model_validate_json(text).model_dump(mode="json")
    except ValidationError:
        found = json.loads(text)
    members = [*found["apis"], *found["applications"]]
    if not all(isinstance(one["name"], str) for one in members):
        raise TypeError("not the form of a tenant")
    return dict(found)
