"""What a run must know before it starts: the platform this deployment serves, and whether its rules allow the tenant."""

from __future__ import annotations

from dcr.documents.loading import load_platform
from dcr.documents.policy import check
from dcr.engine.accepted_tenant import read_accepted_tenant
from dcr.errors import Problems
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.settings.model import load_settings
from dcr.systems import systems_of
from dcr.vault import paths


def accept(tenant: Tenant | None) -> Platform:
    """The platform that the settings name.

    Raises:
        Problems: the platform's file is faulty, or the tenant breaks the platform's policy; all faults at once.
    """
    platform = load_platform(load_settings().platform_file)
    broken = check(platform, tenant) if tenant else []
    if broken:
        raise Problems("tenant", broken)
    return platform


def accepted_tenant(platform: Platform, slug: str) -> Tenant:
    """What was accepted for this tenant when it was onboarded last.

    Raises:
        Missing: it never was.
    """
    return read_accepted_tenant(systems_of(load_settings(), platform).vault, slug)


def onboarded_tenants(platform: Platform) -> list[str]:
    """The slugs of all tenants that Vault keeps a specification of."""
    vault = systems_of(load_settings(), platform).vault
    slugs = [name.rstrip("/") for name in vault.list("tenants")]
    return [slug for slug in slugs if vault.read(paths.tenant_spec(slug))]
