"""Whose a tenant is. Whoever asks only claims to be somebody, so without a rule of the platform the first requester owns the slug."""

from __future__ import annotations

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import AcceptedRecord


def may_ask(platform: Platform, tenant: Tenant) -> bool:  # noqa: ARG001 - no platform says it yet
    """Whether the platform's policy itself says that this requester may ask for this tenant; whose it is does not matter then."""
    return False


def claimed_from(ctx: StepContext, record: AcceptedRecord) -> str:
    """Whose tenant the requester would take over, in words; empty if nobody else's."""
    tenant = ctx.the_tenant()
    if not record.exists or tenant.requested_by == record.owner or may_ask(ctx.platform, tenant):
        return ""
    since = f" on {record.owned_since[:10]}" if record.owned_since else ""
    return f"tenant {tenant.slug} belongs to {record.owner}, who onboarded it{since}"


def owner_after(ctx: StepContext, record: AcceptedRecord, moment: str) -> tuple[str, str]:
    """Who owns the tenant once this request is accepted, and since when.

    Args:
        moment: of the acceptance.
    """
    if record.exists and not claimed_from(ctx, record):
        return record.owner, record.owned_since
    return ctx.the_tenant().requested_by, moment
