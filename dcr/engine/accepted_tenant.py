"""The tenant that was accepted last, as Vault keeps it, for uses that are given only its slug."""

from __future__ import annotations

from pydantic import ValidationError

from dcr.errors import Missing, Refused
from dcr.model.tenant import Tenant
from dcr.vault import paths
from dcr.vault.client import Vault


def read_accepted_tenant(vault: Vault, slug: str) -> Tenant:
    """What was accepted for this tenant when it was onboarded last.

    Raises:
        Missing: it never was.
        Refused: what is there is no tenant.

    Source: docs/vendors/vault.md, Layout.
    """
    path = paths.tenant_spec(slug)
    kept = vault.read(path)
    if kept is None:
        raise Missing(f"vault: {path}", "holds no tenant", "Onboard it first, with its whole specification.")
    try:
        return Tenant.model_validate_json(kept.values["tenant"].get_secret_value())
    except (KeyError, ValidationError):
        raise Refused(f"vault: {path}", "does not hold a tenant as this version knows it", "Onboard the tenant again.") from None
