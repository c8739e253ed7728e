"""Konnect's DCR providers and auth strategies of our name or label: ours, a copy of ours that nothing uses, or somebody else's.

Source: docs/vendors/konnect.md, DCR providers, Auth strategies, Labels, Idempotency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from dcr.inventory.questions import Unasked
from dcr.inventory.region import Region, rows
from dcr.inventory.thing import Holder, Judgement, Thing
from dcr.konnect.labels import Labels, is_ours
from dcr.model.timestamps import rfc3339
from dcr.steps.context import StepContext


class SharedObject(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def active(self) -> bool: ...

    @property
    def created_at(self) -> datetime: ...


def things_shared(ctx: StepContext, region: Region) -> Iterator[Thing]:
    """Providers and strategies; one thing with the reason if a list could not be had."""
    wanted, applications = ctx.platform.konnect, region.applications().values()
    strategies = rows(region.strategies)
    used = {one.auth_strategy.id for one in applications if one.auth_strategy}
    used |= {one.dcr_provider.id for one in strategies if one.dcr_provider}
    for kind, name, found in (
        ("DCR provider", wanted.dcr_provider.name, region.providers),
        ("auth strategy", wanted.auth_strategy.name, region.strategies),
    ):
        if isinstance(found, Unasked):
            yield unasked(kind, found.why)
        else:
            yield from _judged(kind, name, found, used)


def unasked(kind: str, why: str, name: str = "") -> Thing:
    """What Konnect could not be asked for."""
    return Thing(
        system=Holder.KONNECT,
        kind=kind,
        name=name or "all of them",
        where="konnect",
        judged=Judgement.UNKNOWN,
        why=why,
        settle="Ask again when Konnect answers, with the roles of docs/rights.md.",
    )


def _judged(kind: str, name: str, found: Sequence[SharedObject], used: set[str]) -> Iterator[Thing]:
    first = next((one.id for one in found if one.name == name and is_ours(one.labels)), "")  # oldest first, as every run takes it
    for one in found:
        if one.name == name or is_ours(one.labels):
            judged, why = _of(one, name, first, in_use=one.active or one.id in used)
            settle = f"Delete {kind} {one.id} in Konnect; of those of our name only {first} is used." if judged is Judgement.ORPHAN else ""
            yield Thing(
                system=Holder.KONNECT,
                kind=kind,
                name=one.name,
                where=one.id,
                judged=judged,
                why=why,
                since=rfc3339(one.created_at),
                settle=settle,
            )


def _of(one: SharedObject, name: str, first: str, *, in_use: bool) -> tuple[Judgement, str]:
    if not is_ours(one.labels):
        return Judgement.FOREIGN, "of our name, and without our label"
    if one.name != name:
        return Judgement.FOREIGN, "with our label, and of another name: of another platform, or of a former name of this one"
    if one.id == first:
        return Judgement.OURS, "the platform's"
    return (Judgement.OURS, f"a copy of {first}, and in use") if in_use else (Judgement.ORPHAN, f"a copy of {first} that nothing uses")
