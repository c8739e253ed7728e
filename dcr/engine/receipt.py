"""The receipt of a removal in Vault: what went, when, for whom, and the calls that showed it. It holds no secret, and stays.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import json

from dcr.model.timestamps import now
from dcr.results.report import Claim, Report
from dcr.steps.context import StepContext
from dcr.vault import paths


def keep_receipt(ctx: StepContext, report: Report, level: str) -> None:
    """Write it, as a new version at `tenants/<slug>/receipt`.

    Args:
        ctx: the tenant's lock is held.
        report: of the run, as far as it has come.
        level: how much was to go.
    """
    path = paths.tenant_receipt(ctx.the_tenant().slug)
    values = {
        "level": level,
        "removed_at": now(),
        "requested_by": report.requested_by,
        "ticket": report.ticket,
        "run": report.run,
        "removed": "\n".join(change.path for change in report.changes),
        "shown_by": json.dumps([_shown(claim) for claim in report.claims]),
        "orphans": json.dumps([orphan.model_dump() for orphan in report.orphans]),
    }
    lock = paths.tenant_lock(ctx.the_tenant().slug)
    ctx.unguarded.vault.guarded(lambda: ctx.unguarded.locks.require(lock)).put(path, values)


def _shown(claim: Claim) -> dict[str, str]:
    call = claim.evidence.call if claim.evidence else ""
    return {"what": claim.what, "verdict": claim.verdict.value, "call": call, "at": claim.evidence.at if claim.evidence else ""}
