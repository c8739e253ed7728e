"""DCR providers: Curity as Konnect knows it.

Source: docs/vendors/konnect.md, DCR providers: `/v2/dcr-providers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from dcr.http.sender import evidence_of
from dcr.konnect.answers import Id, KonnectAnswer, parsed
from dcr.konnect.client import SYSTEM, Konnect
from dcr.results.evidence import Evidence

PATH = "/v2/dcr-providers"
CURITY = "curity"


class DcrConfig(KonnectAnswer):
    """What Konnect shows of it; the secret is write-only."""

    initial_client_id: str | None = None


class KonnectProvider(KonnectAnswer):
    id: Id
    name: str
    display_name: str | None = None
    provider_type: str
    issuer: str
    active: bool = False  # at least one active auth strategy uses it
    dcr_config: DcrConfig = DcrConfig()
    labels: dict[str, str | None] = Field(default_factory=dict)
    created_at: datetime


class Verification(KonnectAnswer):
    status: str
    errors: tuple[str, ...] = ()


def find_providers(konnect: Konnect, name: str) -> tuple[KonnectProvider, ...]:
    """Every provider of exactly this name, oldest first; names are not known to be unique."""
    found = konnect.listed(PATH, KonnectProvider, {"filter[name][eq]": name})
    return tuple(sorted((provider for provider in found if provider.name == name), key=lambda provider: provider.created_at))


def list_providers(konnect: Konnect) -> tuple[KonnectProvider, ...]:
    """Every one of the region, whoever made it, oldest first."""
    return tuple(sorted(konnect.listed(PATH, KonnectProvider, {}), key=lambda one: one.created_at))


def read_provider(konnect: Konnect, provider_id: str) -> KonnectProvider:
    """One provider by id."""
    return konnect.read(f"{PATH}/{provider_id}", KonnectProvider)


def create_provider(konnect: Konnect, body: Mapping[str, Any]) -> str:
    """Make Curity known to the organisation as an identity provider.

    Args:
        body: holds the initial client's secret, which Konnect never returns.

    Returns:
        the provider's id (UUID).

    Raises:
        Unknown: find by name before trying again; there is no idempotency key.
    """
    created = konnect.write("POST", PATH, body, KonnectProvider)
    konnect.created(created.id)
    return created.id


def update_provider(konnect: Konnect, provider_id: str, body: Mapping[str, Any]) -> None:
    """Change the members of the body; others stay, also labels that it does not name."""
    konnect.write("PATCH", f"{PATH}/{provider_id}", body, KonnectProvider)


def delete_provider(konnect: Konnect, provider_id: str) -> None:
    """Forget an identity provider.

    Raises:
        Refused: an auth strategy still uses it.
    """
    konnect.delete(f"{PATH}/{provider_id}")


def verify_provider(konnect: Konnect, provider_id: str) -> tuple[Verification, Evidence]:
    """Have Konnect try a registration at Curity. That creates a client there, which it may leave behind.

    Raises:
        Refused: Konnect says with a 4xx that it failed.
    """
    response = konnect.send("POST", f"{PATH}/{provider_id}/verify")
    return parsed(SYSTEM, Verification, response), evidence_of(response)
