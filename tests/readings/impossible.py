"""Readings that together leave no way for the example platform: the run must fail and name the cause, and its remedy must help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dcr.model.platform import Platform
from tests.readings.life import with_auth_methods, with_scopes


@dataclass(frozen=True, slots=True)
class Impossible:
    """Some readings together, the words that name the cause, and what people then set in their platform."""

    readings: Mapping[str, str]
    words: tuple[str, ...]
    remedy: Callable[[Platform], Platform]

    def holds(self, chosen: Mapping[str, str]) -> bool:
        """Whether all of them are among the chosen ones."""
        return self.readings.items() <= chosen.items()


@dataclass(frozen=True, slots=True)
class Stuck:
    """Some readings together that leave no way back from a lost secret: words that name the cause, and how people at the vendor mend it."""

    readings: Mapping[str, frozenset[str]]
    words: tuple[str, ...]
    cure: Mapping[str, str]

    def holds(self, chosen: Mapping[str, str]) -> bool:
        """Whether each fact has one of its readings."""
        return all(chosen.get(fact) in readings for fact, readings in self.readings.items())


STUCK = Stuck(
    {"portal.regenerate-secret": frozenset({"409", "403"}), "konnect.delete-at-identity-provider": frozenset({"refuses"})},
    ("portal", "DELETE", "Unable to delete the DCR application"),
    {"konnect.delete-at-identity-provider": "deletes"},
)


IMPOSSIBLE = (
    Impossible(
        {"konnect.registration-grant-types": "auth-methods", "curity.unsupported-grant-types": "refused"},
        ("portal", "identity provider answered 400", "auth_methods"),
        lambda platform: with_auth_methods(platform, "client_credentials"),
    ),
    Impossible(
        {"konnect.scopes-empty": "openid", "curity.openid-with-client-credentials": "refused"},
        ("smoke test", "Curity refuses", "openid", "konnect.auth_strategy.scopes"),
        lambda platform: with_scopes(platform, "orders.read"),
    ),
)
