"""Application auth strategies: how the gateway finds the application of a request and has it proved by Curity.

Source: docs/vendors/konnect.md, Auth strategies: `/v2/application-auth-strategies`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from dcr.konnect.answers import Id, KonnectAnswer
from dcr.konnect.client import Konnect

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


def find_strategies(konnect: Konnect, name: str) -> tuple[KonnectStrategy, ...]:
    """Every strategy of exactly this name, oldest first; names are not known to be unique."""
    found = konnect.listed(PATH, KonnectStrategy, {"filter[name][eq]": name})
    return tuple(sorted((strategy for strategy in found if strategy.name == name), key=lambda strategy: strategy.created_at))


def list_strategies(konnect: Konnect) -> tuple[KonnectStrategy, ...]:
    """Every one of the region, whoever made it, oldest first."""
    return tuple(sorted(konnect.listed(PATH, KonnectStrategy, {}), key=lambda one: one.created_at))


def strategies_of_providers(konnect: Konnect, provider_ids: Collection[str]) -> tuple[KonnectStrategy, ...]:
    """Every strategy that uses one of these DCR providers."""
    every = list_strategies(konnect) if provider_ids else ()
    return tuple(one for one in every if one.dcr_provider and one.dcr_provider.id in provider_ids)


def read_strategy(konnect: Konnect, strategy_id: str) -> KonnectStrategy:
    """One strategy by id."""
    return konnect.read(f"{PATH}/{strategy_id}", KonnectStrategy)


def create_strategy(konnect: Konnect, body: Mapping[str, Any]) -> str:
    """Create the strategy and return its id (UUID).

    Raises:
        Unknown: find by name before trying again; there is no idempotency key.
    """
    created = konnect.write("POST", PATH, body, KonnectStrategy)
    konnect.created(created.id)
    return created.id


def update_strategy(konnect: Konnect, strategy_id: str, body: Mapping[str, Any]) -> None:
    """Change the members of the body. A plugin's configuration goes whole: a part of it may replace all of it."""
    konnect.write("PATCH", f"{PATH}/{strategy_id}", body, KonnectStrategy)


def delete_strategy(konnect: Konnect, strategy_id: str) -> None:
    """Delete the strategy.

    Raises:
        Refused: something is published with it, or an application has it.
    """
    konnect.delete(f"{PATH}/{strategy_id}")
