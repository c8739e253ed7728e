"""The tenant that was accepted last, as Vault keeps it, for uses that are given only its slug."""

from __future__ import annotations

from dcr.errors import Missing, Refused
from dcr.model.tenant import Tenant
from dcr.steps.preflight.accepted import parsed
from dcr.vault import paths
from dcr.vault.client import Vault


def read_accepted_tenant(vault: Vault, slug: str) -> Tenant:
    """What was accepted for this tenant when it was onboarded last.

    Raises:
        Missing: it never was.
        Refused: what is there is no tenant, or one that only a newer version of this tool knows.

    Source: docs/vendors/vault.md, Layout.
    """
    path = paths.tenant_spec(slug)
    record = parsed(vault.ref(path), vault.read(path))
    if record.fault:
        raise Refused(f"vault: {path}", record.fault.fault, record.fault.remedy)
    if not record.exists:
        raise Missing(f"vault: {path}", "holds no tenant", "Onboard it first, with its whole specification.")
    if record.tenant is None:
        raise Refused(f"vault: {path}", "does not hold a tenant as this version knows it", "Onboard the tenant again.")
    return record.tenant
