"""The auth strategy that ties published APIs to the DCR provider.

Source: reference/konnect.md section 3; reference/how-to.md, *Configure the Dev Portal*, step 7 (claims and scopes).
"""

from __future__ import annotations

from collections.abc import Iterable

from dcr.konnect.difference import Leaf, differing, label_leaf, url_leaf
from dcr.konnect.strategies import (
    OPENID_CONNECT,
    KonnectStrategy,
    StrategySpec,
    create_strategy,
    find_strategies,
    read_strategy,
    update_strategy,
)
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.steps.platform_lock import renew_platform_lock
from dcr.steps.portal_binding.issuer_url import issuer_url
from dcr.steps.portal_binding.shared_object import Kind, Seen, converge_shared


def converge(run: Run, facts: Facts, _item: str) -> Outcome:
    """Bring the strategy to what the platform asks for; with `run.write` False, only say how.

    Safe to repeat after a crash at any line: a lost answer is found by name. Plugin settings that the platform does not name stay.
    """
    return converge_shared(run, lambda: _look(run, facts), lambda seen: _write(run, facts, seen))


def diff_strategy(found: KonnectStrategy | None, wanted: StrategySpec) -> tuple[Change, ...]:
    """What differs between the strategy and what is wanted. Order matters for claims only: they are tried one after another."""
    config = found.openid_connect if found else {}
    provider = found.dcr_provider.id if found and found.dcr_provider else None
    leaves = (
        Leaf("strategy_type", found.strategy_type if found else None, OPENID_CONNECT),
        Leaf("display_name", found.display_name if found else None, wanted.display_name),
        url_leaf("configs/openid-connect/issuer", config.get("issuer"), wanted.issuer),
        Leaf("configs/openid-connect/credential_claim", _list(config.get("credential_claim")), _list(wanted.credential_claim)),
        Leaf("configs/openid-connect/scopes", _set(config.get("scopes")), _set(wanted.scopes)),
        Leaf("configs/openid-connect/auth_methods", _set(config.get("auth_methods")), _set(wanted.auth_methods)),
        Leaf("dcr_provider_id", provider, wanted.dcr_provider_id),
        label_leaf(found.labels if found else None),
    )
    conflict = KIND.conflict(found, wanted.name)
    impact = "every API published with this strategy, in every portal" if found and found.active else ""
    return differing(Stage.PORTAL_BINDING, Scope.PLATFORM, KIND.path(wanted.name), leaves, conflict=conflict, impact=impact)


KIND: Kind[KonnectStrategy, StrategySpec] = Kind(
    plural="application-auth-strategies",
    fact="auth_strategy.id",
    setting="konnect.auth_strategy.name",
    right_type=OPENID_CONNECT,
    type_of=lambda strategy: strategy.strategy_type,
    diff=diff_strategy,
)


def _list(values: Iterable[str] | None) -> str | None:
    return None if values is None else ", ".join(values) or "(none)"


def _set(values: Iterable[str] | None) -> str | None:
    return None if values is None else _list(sorted(values))


def _look(run: Run, facts: Facts) -> Seen[KonnectStrategy, StrategySpec]:
    asked = run.platform.konnect.auth_strategy
    wanted = StrategySpec(
        asked.name,
        asked.display_name,
        issuer_url(facts),
        asked.credential_claim,
        asked.scopes,
        asked.auth_methods,
        facts.get("dcr_provider.id"),
    )
    found = run.see(f"konnect application-auth-strategies {asked.name}", lambda: find_strategies(run.systems.konnect, asked.name))
    return KIND.seen(found, asked.name, wanted)


def _write(run: Run, facts: Facts, seen: Seen[KonnectStrategy, StrategySpec]) -> Outcome:
    known(facts, "issuer")
    known(facts, "dcr_provider.id")
    wanted, konnect = seen.wanted, run.systems.konnect
    renew_platform_lock(run)
    if seen.found is None:
        strategy_id = create_strategy(konnect, wanted)
    else:
        strategy_id = seen.found.id
        update_strategy(konnect, seen.found, wanted)
    KIND.require_kept(read_strategy(konnect, strategy_id), wanted)
    return Outcome(facts={KIND.fact: strategy_id}, changes=seen.outcome.changes, warnings=seen.outcome.warnings)
