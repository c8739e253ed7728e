"""The only place where a Vault path is built. Paths are relative to the platform's mount.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

from dcr.model.names import checked_slug, checked_uuid

TENANTS = "tenants"
PUBLICATIONS = "publications"


def curity() -> str:
    """Curity's administrator for us; an operator writes it."""
    return "platform/curity"


def konnect() -> str:
    """Konnect's token for us; an operator writes it."""
    return "platform/konnect"


def initial_client() -> str:
    """The Curity client that Konnect authenticates with."""
    return "platform/initial-client"


def dcr_provider() -> str:
    """What we remember of Konnect's DCR provider: how its last verification ended, if not well."""
    return "platform/dcr-provider"


def curity_changes() -> str:
    """What stood in Curity's configuration before each setting that we wrote."""
    return "platform/curity-changes"


def platform_lock() -> str:
    """Lock record of everything profile-wide and region-wide."""
    return "platform/lock"


def publication(portal_id: str, api_id: str) -> str:
    """Whose the publication of an API in a portal is, and who uses it."""
    return f"publications/{checked_uuid(portal_id)}/{checked_uuid(api_id)}"


def tenant_spec(slug: str) -> str:
    """The accepted tenant, without secrets."""
    return f"{_tenant(slug)}/spec"


def tenant_lock(slug: str) -> str:
    """Lock record of one tenant."""
    return f"{_tenant(slug)}/lock"


def developer(slug: str) -> str:
    """Login of the tenant's service developer at its portal; an operator writes it."""
    return f"{_tenant(slug)}/developer"


def tenant_receipt(slug: str) -> str:
    """What was taken away of a tenant, when, and the calls that showed it; no secret."""
    return f"{_tenant(slug)}/receipt"


def applications(slug: str) -> str:
    """The folder of a tenant's applications."""
    return f"{_tenant(slug)}/applications"


def application(slug: str, name: str) -> str:
    """Credentials, state and identity of one application."""
    return f"{applications(slug)}/{checked_slug(name)}"


def receipts(slug: str) -> str:
    """The folder of what was removed of a tenant."""
    return f"{_tenant(slug)}/receipts"


def receipt(slug: str, name: str) -> str:
    """What was removed of an application of this name, when, and what may be left of it; no secret."""
    return f"{receipts(slug)}/{checked_slug(name)}"


def _tenant(slug: str) -> str:
    return f"{TENANTS}/{checked_slug(slug)}"
