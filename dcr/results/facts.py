"""What steps learn that later ones need: ids and addresses, never a secret. Each step's function says by type which of them it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from dcr.errors import Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """Curity's issuer, and what its metadata shows."""

    issuer: str
    metadata_url: str
    token_endpoint: str | None = None  # None, here and below: the metadata is not there, or does not show it (yet)
    jwks_uri: str | None = None
    registration_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """The tenant's portal."""

    id: str
    url: str
    auto_approves: bool  # every registration, whatever a publication says


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """An application that is there, with credentials in Vault that are its own."""

    id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    """An application's registrations for APIs, taken together."""

    approved: bool  # all of them
    pending: bool  # none is refused, and one waits for a person


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known at one point of a run. What is None or absent is not known yet."""

    secret_version: int | None = None  # of the initial client's secret in Vault
    issuer: IssuerFacts | None = None
    portal: PortalFacts | None = None
    owner_id: str | None = None
    api_ids: Mapping[str, str] = field(default_factory=dict)  # by the API's label
    routed: frozenset[str] = frozenset()  # labels of APIs whose method and path are a route of their own gateway service
    provider_id: str | None = None
    provider_verified: bool | None = None  # True: Konnect has been asked to verify it in this run
    strategy_id: str | None = None
    published: frozenset[str] = frozenset()  # labels of APIs whose publication is known to be there
    applications: Mapping[str, ApplicationFacts] = field(default_factory=dict)  # by name
    registrations: Mapping[str, RegistrationFacts] = field(default_factory=dict)  # by the application's name

    def merge(self, newer: Facts) -> Facts:
        """These facts, with what the newer ones know."""
        return Facts(**{each.name: _merged(getattr(self, each.name), getattr(newer, each.name)) for each in fields(self)})


NOTHING_KNOWN = Facts()


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **new}
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        return old | new
    return old if new is None else new


def require(fact: T | None, what: str) -> T:
    """A fact without which a step cannot write.

    Raises:
        Refused: no step has found it out; nothing must be written with a placeholder.
    """
    if fact is None:
        raise Refused("plan", f"{what} is not known", "The step that finds it out has not run: start the whole run again.")
    return fact
