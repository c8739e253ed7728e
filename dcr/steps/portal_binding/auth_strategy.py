"""The auth strategy that ties published APIs to the DCR provider.

Source: docs/vendors/konnect.md, Auth strategies; docs/vendors/how-to.md, Portal settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dcr.konnect.strategies import (
    CONFIG_KEY,
    OPENID_CONNECT,
    KonnectStrategy,
    create_strategy,
    delete_strategy,
    find_strategies,
    read_strategy,
    update_strategy,
)
from dcr.results.changes import Scope, Stage
from dcr.results.diff import Diff
from dcr.results.facts import Facts, require
from dcr.results.fields import Field, Fields, Place, same_members, same_url
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.portal_binding.shared_object import absent, candidates, choose, duplicates, foreign, issuer_url, ownership, wrong_type
from dcr.steps.step import Item, Lock, Step, System

PLURAL = "application-auth-strategies"
Strategies = tuple[KonnectStrategy, ...]


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """What the platform asks for. None: known after other steps have written."""

    name: str
    display_name: str
    issuer: str | None
    credential_claim: tuple[str, ...]
    scopes: tuple[str, ...]
    auth_methods: tuple[str, ...]
    dcr_provider_id: str | None


def _sorted(values: tuple[str, ...] | list[str] | None) -> str | None:
    return None if values is None else ", ".join(sorted(values)) or "(none)"


def _config(wanted: StrategySpec, found: KonnectStrategy | None) -> Mapping[str, Any]:
    """The plugin's configuration goes whole: what the platform does not name stays, and a part of it may replace all of it."""
    ours = {
        "issuer": wanted.issuer,
        "credential_claim": list(wanted.credential_claim),
        "scopes": list(wanted.scopes),
        "auth_methods": list(wanted.auth_methods),
    }
    return {f"configs/{CONFIG_KEY}": {**(found.openid_connect if found else {}), **ours}}


def _configured(name: str, **how: Any) -> Field[KonnectStrategy, StrategySpec]:
    path = f"configs/{CONFIG_KEY}/{name}"
    return Field(path, lambda found: found.openid_connect.get(name), lambda wanted: getattr(wanted, name), body=_config, **how)


def _provider_of(found: KonnectStrategy) -> str | None:
    return found.dcr_provider.id if found.dcr_provider else None


FIELDS = Fields[KonnectStrategy, StrategySpec](
    Field("name", lambda found: found.name, lambda wanted: wanted.name, identity=True),
    Field("strategy_type", lambda found: found.strategy_type, lambda _wanted: OPENID_CONNECT, create_only=True),
    Field("display_name", lambda found: found.display_name, lambda wanted: wanted.display_name),
    _configured("issuer", same=same_url, late=True),
    _configured("credential_claim", same=lambda found, wanted: found is not None and [*found] == [*wanted]),  # tried one after another
    _configured("scopes", same=same_members, display=_sorted),
    _configured("auth_methods", same=same_members, display=_sorted),
    Field("dcr_provider_id", _provider_of, lambda wanted: wanted.dcr_provider_id, late=True),
    ownership(),
)


class AuthStrategy(Step[Strategies, str]):
    """Found by name, or by id once it is known. Plugin settings that the platform does not name stay."""

    name, stage, scope, lock = "auth strategy", Stage.PORTAL_BINDING, Scope.PLATFORM, Lock.PLATFORM
    systems = frozenset({System.KONNECT})
    timeout_seconds, description = 120, "How the gateway recognises an application: issuer, claim, scopes."
    link = "Konnect's auth strategy"

    def observe(self, ctx: StepContext, item: Item) -> Strategies:  # noqa: ARG002
        konnect, name = ctx.konnect, ctx.platform.konnect.auth_strategy.name
        return ctx.cached(
            f"konnect {PLURAL} {name}",
            lambda: candidates(ctx.facts.strategy_id, lambda known: read_strategy(konnect, known), lambda: find_strategies(konnect, name)),
        )

    def diff(self, ctx: StepContext, item: Item, state: Strategies) -> Diff[str]:  # noqa: ARG002
        wanted, found = _spec(ctx), choose(state)
        place = _place(wanted.name)
        impact = "every API published with this strategy, in every portal" if found and found.active else ""
        fields = FIELDS.diff(place, found, wanted, conflict=foreign(found, wanted.name), impact=impact)
        type_found = found.strategy_type if found else None
        problems = wrong_type(place.path, wanted.name, type_found, OPENID_CONNECT, "konnect.auth_strategy.name")
        return fields + Diff(problems=problems, warnings=duplicates(PLURAL, wanted.name, state))

    def outcome(self, ctx: StepContext, item: Item, state: Strategies) -> Outcome:  # noqa: ARG002
        found = choose(state)
        return Outcome(Facts(strategy_id=found.id)) if found else Outcome()

    def apply(self, ctx: StepContext, item: Item, state: Strategies, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        require(ctx.facts.issuer, "the issuer")
        require(ctx.facts.provider_id, "the DCR provider")
        wanted, found = _spec(ctx), choose(state)
        if found is None:
            return Outcome(Facts(strategy_id=create_strategy(ctx.konnect, FIELDS.create_body(wanted))))
        update_strategy(ctx.konnect, found.id, FIELDS.update_body(wanted, diff.writes, found))
        return Outcome(Facts(strategy_id=found.id))

    def absent(self, ctx: StepContext, item: Item, state: Strategies) -> Diff[str]:  # noqa: ARG002
        return absent(_place(ctx.platform.konnect.auth_strategy.name), state)

    def remove(self, ctx: StepContext, item: Item, state: Strategies, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        for strategy_id in diff.writes:
            delete_strategy(ctx.konnect, strategy_id)
        return Outcome()


def _place(name: str) -> Place:
    return Place(Stage.PORTAL_BINDING, Scope.PLATFORM, f"konnect/{PLURAL}/{name}")


def _spec(ctx: StepContext) -> StrategySpec:
    asked = ctx.platform.konnect.auth_strategy
    return StrategySpec(
        asked.name,
        asked.display_name,
        issuer_url(ctx.facts),
        asked.credential_claim,
        asked.scopes,
        asked.auth_methods,
        ctx.facts.provider_id,
    )
