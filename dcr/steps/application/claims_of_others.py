"""What other tenants' records in Vault claim of an application's name. Read only where an application is looked for by name: that is rare.

Two tenants may share a portal, an owner and a name for their applications, and applications have no labels. So Vault decides whose one is.

Source: docs/vendors/konnect.md, Finding applications; docs/vendors/vault.md, Layout, Policies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dcr.errors import Refused
from dcr.model.names import SLUG_PATTERN
from dcr.model.tenant import Way
from dcr.steps.application.record import ApplicationRecord
from dcr.steps.context import StepContext
from dcr.vault import paths

MOST_TENANTS = 1000  # a bound for a look that has to stay short; beyond it nothing is taken for ours


@dataclass(frozen=True, slots=True)
class Claims:
    """Of all tenants but one."""

    ids: frozenset[str] = frozenset()  # of applications that are theirs
    doubt: str = ""  # why an application that nobody claims by id may be another tenant's all the same


def claims_of_others(ctx: StepContext, name: str, portal_id: str) -> Claims:
    """Who else remembers an application of this name that was or may have been created in the portal."""
    return ctx.cached(f"claims to {portal_id} {name}", lambda: _claims(ctx, name, portal_id))


def _claims(ctx: StepContext, name: str, portal_id: str) -> Claims:
    try:
        slugs = [slug.rstrip("/") for slug in ctx.vault.list(paths.TENANTS)]
        others = [slug for slug in slugs if re.fullmatch(SLUG_PATTERN, slug) and slug != ctx.the_tenant().slug]
        if len(others) > MOST_TENANTS:
            return Claims(doubt=f"more than {MOST_TENANTS} tenants may have an application of this name")
        found = {slug: ctx.vault.read(paths.application(slug, name)) for slug in others}
    except Refused:
        return Claims(doubt="it may be another tenant's, whose records this login may not read")
    records = {slug: ApplicationRecord(kept.values, kept.ours) for slug, kept in found.items() if kept and kept.ours}
    unfinished = [slug for slug, record in records.items() if _may_be_unheard_of(record, portal_id)]
    ids = frozenset(record.application_id for record in records.values() if record.application_id)
    return Claims(ids, f"it may be that of tenant {', '.join(unfinished)}, whose record is as unfinished as this one" if unfinished else "")


def _may_be_unheard_of(record: ApplicationRecord, portal_id: str) -> bool:
    """Whether an application may have been created in the portal for it that it does not know of."""
    there = record.text("portal_id") in ("", portal_id) and record.text("way") != Way.IMPORT
    return there and record.pending and not record.application_id
