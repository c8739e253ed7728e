"""Application auth strategies: how the gateway finds the application of a request and has it proved by Curity.

Source: reference/konnect.md section 3, `/v2/application-auth-strategies`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import Konnect
from dcr.konnect.labels import our_labels

PATH = "/v2/application-auth-strategies"
OPENID_CONNECT = "openid_connect"  # the type; the key inside `configs` is spelled with a hyphen
CONFIG_KEY = "openid-connect"


class ProviderOfStrategy(KonnectAnswer):
    id: Id


class KonnectStrategy(KonnectAnswer):
    id: Id
    name: str
    display_name: str = ""
    strategy_type: str
    configs: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False)  # plugin settings of others may hold secrets
    active: bool = False
    dcr_provider: ProviderOfStrategy | None = None
    labels: dict[str, str | None] = Field(default_factory=dict)
    created_at: datetime

    @property
    def openid_connect(self) -> Mapping[str, Any]:
        """The configuration of the openid-connect plugin; empty for another type."""
        return self.configs.get(CONFIG_KEY, {})


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """What the platform asks for. None: known after apply."""

    name: str
    display_name: str
    issuer: str | None
    credential_claim: tuple[str, ...]
    scopes: tuple[str, ...]
    auth_methods: tuple[str, ...]
    dcr_provider_id: str | None

    @property
    def openid_connect(self) -> dict[str, Any]:
        """Our part of the plugin's configuration. `labels` never stand in it: Konnect refuses them there."""
        return {
            "issuer": self.issuer,
            "credential_claim": list(self.credential_claim),
            "scopes": list(self.scopes),
            "auth_methods": list(self.auth_methods),
        }


def find_strategies(konnect: Konnect, name: str) -> tuple[KonnectStrategy, ...]:
    """Every strategy of exactly this name, oldest first; names are not known to be unique."""
    found = konnect.listed(PATH, KonnectStrategy, {"filter[name][eq]": name})
    return tuple(sorted((strategy for strategy in found if strategy.name == name), key=lambda strategy: strategy.created_at))


def read_strategy(konnect: Konnect, strategy_id: str) -> KonnectStrategy:
    """One strategy by id."""
    return konnect.read(f"{PATH}/{strategy_id}", KonnectStrategy)


def create_strategy(konnect: Konnect, wanted: StrategySpec) -> str:
    """Create the strategy and return its id (UUID).

    Raises:
        Unknown: find by name before trying again; there is no idempotency key.
    """
    body = {
        "name": wanted.name,
        "display_name": wanted.display_name,
        "strategy_type": OPENID_CONNECT,
        "configs": {CONFIG_KEY: wanted.openid_connect},
        "dcr_provider_id": wanted.dcr_provider_id,
        "labels": our_labels(),
    }
    created = konnect.write("POST", PATH, body, KonnectStrategy)
    konnect.created(created.id)
    return created.id


def update_strategy(konnect: Konnect, found: KonnectStrategy, wanted: StrategySpec) -> None:
    """Bring a strategy to what is wanted. Plugin settings that are not ours go along unchanged: a partial `configs` may replace."""
    body = {
        "display_name": wanted.display_name,
        "configs": {CONFIG_KEY: {**found.openid_connect, **wanted.openid_connect}},
        "dcr_provider_id": wanted.dcr_provider_id,
        "labels": our_labels(),
    }
    konnect.write("PATCH", f"{PATH}/{found.id}", body, KonnectStrategy)
