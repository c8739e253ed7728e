"""What every step is given: the systems, what is wanted, what is known, and who is asked before a write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dcr.errors import Refused
from dcr.http.sender import Guard
from dcr.model.platform import Platform
from dcr.model.request import Request
from dcr.model.tenant import Tenant
from dcr.results.facts import NOTHING_KNOWN, Facts, PortalFacts, require
from dcr.vault import paths

if TYPE_CHECKING:
    from dcr.curity.admin.client import CurityAdmin
    from dcr.curity.runtime.client_registration import ClientRegistration
    from dcr.curity.runtime.oauth import OAuth
    from dcr.gateway.client import Gateway
    from dcr.http.polling import Clock
    from dcr.konnect.client import Konnect
    from dcr.portal.client import Portal
    from dcr.settings.model import Settings
    from dcr.systems import Systems
    from dcr.vault.client import Vault

T = TypeVar("T")


def _silent(_line: str) -> None:
    """Progress that nobody watches."""


def refuse_writes() -> None:
    """The guard of whoever only observes.

    Raises:
        Refused: always.
    """
    raise Refused("step", "wants to write while it only observes", "This is a fault of this program, please report it.")


@dataclass(frozen=True, slots=True)
class StepContext:
    """Of one step, or of one observation that steps share. Its clients write only if the guard lets them."""

    unguarded: Systems  # for what belongs to no step; a step uses the clients below
    platform: Platform
    tenant: Tenant | None
    facts: Facts = NOTHING_KNOWN
    request: Request | None = None  # None: nobody asks for anything, what was accepted is looked at
    progress: Callable[[str], None] = _silent
    replace: frozenset[str] = frozenset()  # ids of imported clients that shall give way to new ones
    dismantling: bool = False  # the platform's own part goes: nothing of it is made or kept
    revoking: bool = False  # registrations that are not wanted are revoked and stay, so that nobody asks for new ones
    after_change: bool = False  # what this step follows has changed since the run began, so what others serve may be older
    guard: Guard = refuse_writes  # before a write to a vendor's system
    vault_guard: Guard = refuse_writes  # before a write to Vault, which need not ask Vault
    reads: dict[str, Any] = field(default_factory=dict, repr=False)
    lasting_reads: dict[str, Any] = field(default_factory=dict, repr=False)

    def cached(self, name: str, read: Callable[[], T]) -> T:
        """Read once, and share the answer with all who hold these reads."""
        if name not in self.reads:
            self.reads[name] = read()
        return cast(T, self.reads[name])

    def lasting(self, name: str, read: Callable[[], T]) -> T:
        """Read once for a whole run: what others own, and no step of ours changes."""
        if name not in self.lasting_reads:
            self.lasting_reads[name] = read()
        return cast(T, self.lasting_reads[name])

    def fresh(self) -> StepContext:
        """The same, with everything still to be read that may have changed meanwhile."""
        return replace(self, reads={})

    def sharing(self, reads: dict[str, Any]) -> StepContext:
        """The same, with these answers read already."""
        return replace(self, reads={**reads})

    def knowing(self, facts: Facts) -> StepContext:
        """The same, with more known."""
        return replace(self, facts=self.facts.merge(facts))

    def guarded(self, guard: Guard, vault_guard: Guard) -> StepContext:
        """The same, with clients that may write as long as the guards allow it."""
        return replace(self, guard=guard, vault_guard=vault_guard)

    @property
    def settings(self) -> Settings:
        return self.unguarded.settings

    @property
    def clock(self) -> Clock:
        return self.unguarded.clock

    @property
    def vault(self) -> Vault:
        return self.unguarded.vault.guarded(self.vault_guard)

    @property
    def curity(self) -> CurityAdmin:
        return self.unguarded.curity.guarded(self.guard)

    @property
    def oauth(self) -> OAuth:
        """It changes nothing, so nothing guards it; so it is with the gateway."""
        return self.unguarded.oauth

    @property
    def registration(self) -> ClientRegistration:
        return self.unguarded.registration.guarded(self.guard)

    @property
    def konnect(self) -> Konnect:
        return self.unguarded.konnect.guarded(self.guard)

    @property
    def gateway(self) -> Gateway:
        return self.unguarded.gateway

    @property
    def portal(self) -> Portal:
        """The tenant's portal, used as its service developer; logs in when first asked something."""
        return self.unguarded.portal(self.the_portal().url, paths.developer(self.the_tenant().slug)).guarded(self.guard)

    def the_portal(self) -> PortalFacts:
        """The tenant's portal in Konnect."""
        return require(self.facts.portal, "the portal")

    def the_tenant(self) -> Tenant:
        """The tenant of a step that has one."""
        if self.tenant is None:
            raise TypeError("this step needs a tenant")
        return self.tenant
