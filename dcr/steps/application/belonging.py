"""Which applications that Vault remembers are the ones that are asked for, and which are former: dropped, moved, or of another owner.

Source: docs/vendors/konnect.md, Finding applications, Admin applications; docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import re

from dcr.errors import Refused
from dcr.konnect.applications import KonnectApplication, find_application_anywhere
from dcr.model.names import SLUG_PATTERN
from dcr.model.tenant import ApplicationSpec, OwnerType, Way
from dcr.steps.application.record import ApplicationRecord, record_named, service_developer
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import remembered
from dcr.vault import paths


def former_names(ctx: StepContext) -> tuple[str, ...]:
    """Names under which Vault remembers an application that is not, or no longer the same, asked for."""
    return ctx.cached("former applications", lambda: _former_names(ctx))


def present_record(ctx: StepContext, asked: ApplicationSpec) -> ApplicationRecord:
    """The record of the application that is asked for. A former one of its name is removed first, so that none of it counts."""
    return ApplicationRecord() if asked.name in former_names(ctx) else record_named(ctx, asked.name)


def seen_anywhere(ctx: StepContext, record: ApplicationRecord) -> KonnectApplication | None:
    """A remembered application in whichever portal it is. None: it is gone, or our token may not ask beyond one portal."""
    known = record.application_id

    def ask() -> KonnectApplication | None:
        try:
            return find_application_anywhere(ctx.konnect, known)
        except Refused:
            return None

    return ctx.cached(f"konnect application {known} anywhere", ask) if known else None


def _former_names(ctx: StepContext) -> tuple[str, ...]:
    tenant = ctx.the_tenant()
    asked = {application.name: application for application in tenant.applications}
    found = []
    for name in ctx.vault.list(paths.applications(tenant.slug)):
        if not re.fullmatch(SLUG_PATTERN, name):  # none of our making
            continue
        record = record_named(ctx, name)
        if record.ours and record.exists and (name not in asked or _is_former(ctx, asked[name], record)):
            found.append(name)
    return tuple(found)


def _is_former(ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord) -> bool:
    """Whether the application of an asked name is another one than asked for. Where that cannot be told, problems are told elsewhere."""
    portal = ctx.facts.portal
    if portal is None or record.text("way") not in ("", asked.way.value):
        return False
    if not record.text("portal_id"):
        return _legacy_is_former(ctx, asked, record, portal.id)
    elsewhere = record.text("portal_id") != portal.id
    return elsewhere or not _within_reach(ctx, asked, record.text("developer"), record.text("owner_type"), record.text("owner"))


def _within_reach(ctx: StepContext, asked: ApplicationSpec, developer: str, owner_type: str, owner: str) -> bool:
    """Whether a change of owner can be made in place: by an admin, or as the developer who has the application or is in its team."""
    tenant, login = ctx.the_tenant(), service_developer(ctx).lower()
    if asked.way is Way.IMPORT or not login or developer.lower() == login:
        return True
    return owner_type == OwnerType.TEAM and (tenant.owner_type, tenant.owner) == (OwnerType.TEAM, owner)


def _legacy_is_former(ctx: StepContext, asked: ApplicationSpec, record: ApplicationRecord, portal_id: str) -> bool:
    """Of a record that does not say yet whose it is: Konnect knows where its application is, and the accepted tenant who asked for it."""
    tenant, found, accepted = ctx.the_tenant(), seen_anywhere(ctx, record), remembered(ctx).tenant
    if found and found.portal and found.portal.id != portal_id:
        return True
    if found and found.owner and asked.way is Way.PORTAL and tenant.owner_type is OwnerType.DEVELOPER:
        return found.owner.type == OwnerType.DEVELOPER and found.owner.id != ctx.facts.owner_id
    if accepted is None:
        return False
    elsewhere = found is None and accepted.portal != tenant.portal
    developer = accepted.owner if accepted.owner_type is OwnerType.DEVELOPER else service_developer(ctx)
    return elsewhere or not _within_reach(ctx, asked, developer, accepted.owner_type, accepted.owner)
