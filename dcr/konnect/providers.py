"""DCR providers: Curity as Konnect knows it.

Source: reference/konnect.md section 2, `/v2/dcr-providers`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from dcr.http.sender import Evidence, evidence_of
from dcr.konnect.answers import Id, KonnectAnswer, parsed
from dcr.konnect.client import SYSTEM, Konnect
from dcr.konnect.labels import our_labels
from dcr.secret import Secret

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


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """What the platform asks for. None: known after apply."""

    name: str
    display_name: str
    issuer: str | None  # the metadata document's URL, as in the how-to
    initial_client_id: str
    secret_version: str | None  # in Vault


def find_providers(konnect: Konnect, name: str) -> tuple[KonnectProvider, ...]:
    """Every provider of exactly this name, oldest first; names are not known to be unique."""
    found = konnect.listed(PATH, KonnectProvider, {"filter[name][eq]": name})
    return tuple(sorted((provider for provider in found if provider.name == name), key=lambda provider: provider.created_at))


def read_provider(konnect: Konnect, provider_id: str) -> KonnectProvider:
    """One provider by id."""
    return konnect.read(f"{PATH}/{provider_id}", KonnectProvider)


def create_provider(konnect: Konnect, wanted: ProviderSpec, secret: Secret) -> str:
    """Make Curity known to the organisation as an identity provider.

    Args:
        secret: the initial client's; Konnect never returns it, so its version becomes a label in the same request.

    Returns:
        the provider's id (UUID).

    Raises:
        Unknown: find by name before trying again; there is no idempotency key.
    """
    body = {
        "name": wanted.name,
        "display_name": wanted.display_name,
        "provider_type": CURITY,
        "issuer": wanted.issuer,
        "dcr_config": {"initial_client_id": wanted.initial_client_id, "initial_client_secret": secret.get_secret_value()},
        "labels": our_labels(wanted.secret_version),
    }
    created = konnect.write("POST", PATH, body, KonnectProvider)
    konnect.created(created.id)
    return created.id


def update_provider(konnect: Konnect, found_id: str, wanted: ProviderSpec, differing: Collection[str], secret: Secret) -> None:
    """Change the fields that differ. The secret goes along with its version's label and with the client id, never apart from them.

    Args:
        differing: of `display_name`, `issuer`, `initial_client_id`, `initial_client_secret`; the labels always go along.
    """
    body: dict[str, Any] = {"labels": our_labels()}
    if "display_name" in differing:
        body["display_name"] = wanted.display_name
    if "issuer" in differing:
        body["issuer"] = wanted.issuer
    if {"initial_client_id", "initial_client_secret"} & set(differing):
        body["dcr_config"] = {"initial_client_id": wanted.initial_client_id, "initial_client_secret": secret.get_secret_value()}
        body["labels"] = our_labels(wanted.secret_version)
    konnect.write("PATCH", f"{PATH}/{found_id}", body, KonnectProvider)


def verify_provider(konnect: Konnect, provider_id: str) -> tuple[Verification, Evidence]:
    """Have Konnect try a registration at Curity. That creates a client there, which it may leave behind.

    Raises:
        Refused: Konnect says with a 4xx that it failed.
    """
    response = konnect.send("POST", f"{PATH}/{provider_id}/verify")
    return parsed(SYSTEM, Verification, response), evidence_of(response)
