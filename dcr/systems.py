"""The one process-wide registry: one pooled client a system, shared by tasks, threads and flows."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial

from dcr.curity.admin.client import CurityAdmin
from dcr.curity.runtime.client_registration import ClientRegistration
from dcr.curity.runtime.oauth import OAuth
from dcr.gateway.client import Gateway
from dcr.http.clients import Connections, Observe
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.http.sender import Sender
from dcr.konnect.client import Konnect
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.model.platform import Platform
from dcr.portal.client import Portal
from dcr.results.report import SystemRequests
from dcr.settings.model import Settings, addressed
from dcr.vault import paths
from dcr.vault.adapter import hvac_client
from dcr.vault.answers import judge
from dcr.vault.client import Vault
from dcr.vault.credentials import developer_login, pair, reference, resolve
from dcr.vault.lock import Locks, Terms
from dcr.vault.login import Login, TokenAuth


@dataclass(frozen=True, slots=True)
class Systems:
    """Everything a step may talk to."""

    settings: Settings
    platform: Platform  # with the addresses that the settings give instead
    vault: Vault
    locks: Locks
    curity: CurityAdmin
    oauth: OAuth
    registration: ClientRegistration
    konnect: Konnect
    gateway: Gateway
    clock: Clock = REAL_CLOCK
    _connections: Connections = field(default_factory=Connections, repr=False)
    _portals: dict[tuple[str, str], Portal] = field(default_factory=dict, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def portal(self, url: str, developer: str) -> Portal:
        """A developer's session at a portal; one for each, however often it is asked for.

        Args:
            url: of the portal, without a path.
            developer: Vault path of the login, `paths.developer(slug)`.
        """
        with self._guard:
            if (url, developer) not in self._portals:
                client = self._connections.client("portal", self.settings.portal, url)
                hosts = self.platform.rules.allowed_hosts
                self._portals[url, developer] = Portal(
                    client, partial(developer_login, self.vault, developer), hosts, self.konnect.consistency
                )
            return self._portals[url, developer]

    def requests(self) -> tuple[SystemRequests, ...]:
        """How many requests each system was sent by this process so far; all portals are one row."""
        with self._guard:
            portals = tuple(portal.sender for portal in self._portals.values())
        single = (self.curity, self.oauth, self.registration, self.konnect, self.gateway, self.vault)
        rows = [_row(client.sender.system, (client.sender,)) for client in single]
        return (*rows, _row("portal", portals))

    def close(self) -> None:
        """Give the Vault login back and close every connection."""
        self.vault.close()
        self._connections.close()


class Registry:
    """Systems by what they were made of."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Systems] = {}
        self._guard = threading.Lock()

    def get(self, settings: Settings, platform: Platform) -> Systems:
        """The systems of these settings and addresses, made at first asking."""
        reached = addressed(platform, settings)
        key = (settings, reached.curity.admin_url, reached.konnect.url, reached.gateway.url, reached.vault, reached.rules.allowed_hosts)
        with self._guard:
            if key not in self._known:
                self._known[key] = build_systems(settings, reached)
            return self._known[key]

    def close(self) -> None:
        """Close all of them; the next asking makes new ones."""
        with self._guard:
            known, self._known = self._known, {}
        for systems in known.values():
            systems.close()


REGISTRY = Registry()
atexit.register(REGISTRY.close)  # a token that nobody uses any more is revoked, not left to expire


def systems_of(settings: Settings, platform: Platform) -> Systems:
    """The systems of this process. Nothing is sent yet.

    Raises:
        Problems: a certificate file cannot be read.
    """
    return REGISTRY.get(settings, platform)


def close_systems() -> None:
    """Give the Vault logins back and close every connection of this process."""
    REGISTRY.close()


def build_systems(settings: Settings, platform: Platform, clock: Clock = REAL_CLOCK, observe: Observe | None = None) -> Systems:
    """Systems apart from the registry; whoever builds them closes them."""
    connections, hosts = Connections(observe), platform.rules.allowed_hosts
    vault = _vault(settings, platform, connections, clock)
    curity, konnect = settings.curity, settings.konnect
    username = curity.username or reference(vault, paths.curity(), "username")
    password = curity.password or reference(vault, paths.curity(), "password")
    token = konnect.token or reference(vault, paths.konnect(), "token")
    return Systems(
        settings=settings,
        platform=platform,
        vault=vault,
        locks=Locks(vault.kv, Terms(settings.lock.ttl_seconds, settings.lock.skew_seconds), clock),
        curity=CurityAdmin(
            connections.client("curity", curity, platform.curity.admin_url), partial(pair, vault, username, password), hosts
        ),
        oauth=OAuth(connections.client("oauth", settings.oauth), hosts),
        registration=ClientRegistration(connections.client("oauth", settings.oauth), hosts),
        konnect=Konnect(
            connections.client("konnect", konnect, platform.konnect.url), partial(resolve, vault, token), hosts, EventualConsistency(clock)
        ),
        gateway=Gateway(connections.client("gateway", settings.gateway, platform.gateway.url), hosts),
        clock=clock,
        _connections=connections,
    )


def _vault(settings: Settings, platform: Platform, connections: Connections, clock: Clock) -> Vault:
    sender = Sender("vault", connections.client("vault", settings.vault), judge, platform.rules.allowed_hosts)
    url, namespace = platform.vault.url, platform.vault.namespace
    login = Login(hvac_client(url, namespace, sender, None), settings.vault, clock)
    client = hvac_client(url, namespace, sender, TokenAuth(login))
    return Vault(client, sender, login, platform.vault.mount, attempts=settings.retry_attempts, sleep=clock.sleep)


def _row(system: str, senders: Iterable[Sender]) -> SystemRequests:
    counts = [sender.count for sender in senders]
    return SystemRequests(system=system, reads=sum(count.reads for count in counts), writes=sum(count.writes for count in counts))
