"""What a step is given: real clients of the sandbox in process, stand-ins for Vault and its locks, and the one way to call a step.

Every test of a step calls it by `planned` (it looks, and writes nothing) or `converged`, and builds facts by `facts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import httpx

from dcr.curity.runtime.client_registration import ClientRegistration
from dcr.curity.runtime.oauth import OAuth
from dcr.engine.observe import observe_one
from dcr.engine.perform import perform
from dcr.engine.permission import Mandate, Permission
from dcr.errors import Refused
from dcr.gateway.client import GatewayAnswer
from dcr.konnect.client import Konnect
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.model.platform import Platform
from dcr.model.request import Request
from dcr.model.tenant import Tenant
from dcr.portal.client import Portal
from dcr.results.facts import NOTHING_KNOWN, ApplicationFacts, Facts, IssuerFacts, PortalFacts, RegistrationFacts
from dcr.results.outcome import Outcome
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Entry, Step
from dcr.steps.table import TABLE
from dcr.systems import Systems
from dcr.vault import paths
from tests.fake_clock import FakeClock
from tests.unit.kong_in_process import (
    CURITY,
    EMAIL,
    INITIAL_SECRET,
    ISSUER,
    KONNECT,
    PASSWORD,
    TOKEN,
    TOKEN_PATH,
    KongInProcess,
    portal_url,
)
from tests.unit.steps.fake_vault import FakeLocks, FakeVault

HOSTS = ("eu.api.konghq.com:443", f"{portal_url().removeprefix('https://')}:443", CURITY.removeprefix("https://"))
INITIAL_CLIENT = paths.initial_client()
REQUEST = Request("lively-otter (1)", "1", "2026-11-01T06:00:00.000001Z")


@dataclass
class StepWorld:
    """Everything that a step may talk to. A Curity admin side is there only where a test gives one."""

    kong: KongInProcess = field(default_factory=KongInProcess)
    vault: FakeVault = field(default_factory=FakeVault)
    locks: FakeLocks = field(default_factory=FakeLocks)
    time: FakeClock = field(default_factory=FakeClock)
    curity: Any = None  # the client of the admin side
    run_time: httpx.Client | None = None  # instead of the one beside Konnect
    gateway: Any = None
    portal_override: str | None = None
    portals: dict[str, Portal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.consistency = EventualConsistency(self.time.clock())
        self.konnect = Konnect(httpx.Client(base_url=KONNECT, transport=self.kong.konnect), lambda: Secret(TOKEN), HOSTS, self.consistency)
        self.run_time = self.run_time or httpx.Client(transport=self.kong.run_time)

    def portal(self, url: str, developer: str) -> Portal:
        """One session a portal and developer."""
        if url not in self.portals:
            client = httpx.Client(base_url=url, transport=self.kong.dev_portal)
            self.portals[url] = Portal(client, lambda: BasicCredentials(EMAIL, Secret(PASSWORD)), HOSTS, self.consistency)
        return self.portals[url]

    def with_initial_client(self) -> StepWorld:
        """The initial client's secret is in Vault."""
        self.vault.kept[INITIAL_CLIENT] = ({"client_id": "konnect-dcr", "client_secret": INITIAL_SECRET}, 1)
        return self

    def with_developer(self) -> StepWorld:
        """The login of the portal's developer is in Vault, where an operator put it."""
        self.vault.keep(paths.developer("acme"), {"email": EMAIL, "password": PASSWORD}, ours=False)
        return self


def _no_gateway(*_request: Any) -> GatewayAnswer:
    """What a gateway shows is the smoke test's matter."""
    raise Refused("gateway", "is not part of these tests", "Ask it in the smoke test's.")


# Calling steps: whoever changes how a step is called changes only what stands from here to `facts`.

Steps = Sequence[tuple[ModuleType, str]]
"""Modules, each with the item that it is called for."""


def entry_of(step: ModuleType) -> Entry:
    """What a module puts into the table."""
    return next(entry for entry in TABLE if type(entry).__module__ == step.__name__)


def planned(step: ModuleType, world: StepWorld, known: Facts, item: str = "", **options: Any) -> Outcome:
    """What one step finds and would write. It writes nothing.

    Args:
        step: the module.
        world: what it talks to.
        known: from `facts`.
        item: the API or application that it is called for.
        options: as `a_context` takes them.
    """
    return observe_one(entry_of(step), item, a_context(world, known, **options)).outcome


def converged(step: ModuleType, world: StepWorld, known: Facts, item: str = "", **options: Any) -> Outcome:
    """One step, writing what differs. Arguments as those of `planned`."""
    return _converged(entry_of(step), a_context(world, known, **options), item)


def all_planned(steps: Steps, world: StepWorld, known: Facts, **options: Any) -> list[Outcome]:
    """One look over several steps, each given what those before found. Options as those of `planned`."""
    ctx, outcomes = a_context(world, known, **options), []
    for step, item in steps:
        outcomes.append(observe_one(entry_of(step), item, ctx).outcome)
        ctx = ctx.knowing(outcomes[-1].facts)
    return outcomes


def all_converged(steps: Steps, world: StepWorld, known: Facts, **options: Any) -> list[Outcome]:
    """Several steps writing, each given what those before found. Options as those of `planned`."""
    ctx, outcomes = a_context(world, known, **options), []
    for step, item in steps:
        outcomes.append(_converged(entry_of(step), ctx.fresh(), item))
        ctx = ctx.knowing(outcomes[-1].facts)
    return outcomes


def taken_away(step: ModuleType, world: StepWorld, known: Facts, item: str = "", **options: Any) -> bool:
    """One step's removal; whether there was anything."""
    return bool(removed(step, world, known, item, **options).changes)


def removed(step: ModuleType, world: StepWorld, known: Facts, item: str = "", **options: Any) -> Outcome:
    """One step's removal. Arguments as those of `planned`."""
    return _converged(entry_of(step), a_context(world, known, **options), item, wanted=False)


def a_context(
    world: StepWorld,
    known: Facts = NOTHING_KNOWN,
    *,
    tenant: Tenant | None = None,
    platform: Platform | None = None,
    replace: Iterable[str] = (),
    for_platform: bool = False,
    request: Request | None = REQUEST,
    revoking: bool = False,
) -> StepContext:
    """What a step is given.

    Args:
        tenant, platform, request: whose; the ones of these tests if not said.
        replace: ids of imported clients that shall give way to new ones.
        for_platform: a run without a tenant.
        revoking: registrations that are not wanted stay, revoked.
    """
    assert world.run_time is not None
    systems = SimpleNamespace(
        vault=world.vault,
        konnect=world.konnect,
        locks=world.locks,
        curity=world.curity,
        oauth=OAuth(world.run_time, HOSTS),
        registration=ClientRegistration(world.run_time, HOSTS),
        gateway=world.gateway or SimpleNamespace(call=_no_gateway),
        clock=world.time.clock(),
        portal=world.portal,
        settings=SimpleNamespace(portal=SimpleNamespace(url=world.portal_override)),
        requests=tuple,
    )
    whose = None if for_platform else tenant or a_tenant()
    return StepContext(
        cast(Systems, systems), platform or a_platform(), whose, known, request=request, replace=frozenset(replace), revoking=revoking
    )


def _converged(entry: Entry, ctx: StepContext, item: str, *, wanted: bool = True) -> Outcome:
    if isinstance(entry, Check):
        return entry.prove(ctx, item)
    assert isinstance(entry, Step)
    permission = Permission(ctx.platform, ctx.tenant is not None, Mandate(removing=not wanted))
    return perform(entry, item, ctx, permission, wanted=wanted).outcome


def summed(outcomes: Iterable[Outcome]) -> Outcome:
    """Several outcomes as one."""
    whole = Outcome()
    for one in outcomes:
        whole += one
    return whole


def facts(
    base: Facts = NOTHING_KNOWN,
    /,
    *,
    apis: Mapping[str, str] | None = None,
    applications: Mapping[str, Mapping[str, str]] | None = None,
    routed: Iterable[str] | None = None,
    **known: str | None,
) -> Facts:
    """What earlier steps found: `base`, and what is named beside it; None takes a fact away.

    Args:
        base: from another call.
        apis: label -> id.
        applications: name -> id, client_id, registrations.
        routed: labels of APIs whose path is a route of their own gateway service.
        known: issuer, metadata_url, token_endpoint, jwks_uri, registration_endpoint, secret_version, provider_id, strategy_id,
            portal_id, portal_url, portal_auto_approves, owner_id.
    """
    assert known.keys() <= KNOWN, f"facts have no {known.keys() - KNOWN}"
    found = replaced(base, issuer=_issuer(base.issuer, known), portal=_portal(base.portal, known))
    plain: dict[str, Any] = {name: known[name] for name in ("provider_id", "strategy_id", "owner_id") if name in known}
    if "secret_version" in known:
        plain["secret_version"] = int(known["secret_version"]) if known["secret_version"] else None
    named = applications or {}
    of_applications = {name: ApplicationFacts(one["id"], one["client_id"]) for name, one in named.items() if "id" in one}
    of_registrations = {name: _registrations(one) for name, one in named.items() if "registrations" in one}
    plain |= {"api_ids": {**base.api_ids, **(apis or {})}, "applications": {**base.applications, **of_applications}}
    plain |= {"registrations": {**base.registrations, **of_registrations}, "routed": base.routed | frozenset(routed or ())}
    return replaced(found, **plain)


KNOWN = {
    *("issuer", "metadata_url", "token_endpoint", "jwks_uri", "registration_endpoint", "secret_version", "provider_id", "strategy_id"),
    *("portal_id", "portal_url", "portal_auto_approves", "owner_id"),
}


def _issuer(base: IssuerFacts | None, known: Mapping[str, str | None]) -> IssuerFacts | None:
    names = ("issuer", "metadata_url", "token_endpoint", "jwks_uri", "registration_endpoint")
    values = {name: getattr(base, name) if base else None for name in names} | {name: known[name] for name in names if name in known}
    issuer = values.pop("issuer")
    if issuer is None:
        return None
    metadata_url = values.pop("metadata_url") or f"{issuer}/.well-known/openid-configuration"
    return IssuerFacts(issuer, metadata_url, **values)


def _portal(base: PortalFacts | None, known: Mapping[str, str | None]) -> PortalFacts | None:
    portal_id = known.get("portal_id", base.id if base else None)
    url = known.get("portal_url", base.url if base else "https://portal.test")
    approves = known["portal_auto_approves"] == "true" if "portal_auto_approves" in known else bool(base and base.auto_approves)
    return PortalFacts(portal_id, url, approves) if portal_id and url else None


def _registrations(one: Mapping[str, str]) -> RegistrationFacts:
    return RegistrationFacts(one["registrations"] == "approved", one["registrations"] == "pending")


FACTS = facts(issuer=ISSUER, token_endpoint=f"{CURITY}{TOKEN_PATH}", secret_version="1")


def a_platform(**rules: Any) -> Platform:
    """A platform that lets a tenant's run change the platform's part, unless the rules say otherwise."""
    return Platform.model_validate(
        {
            "name": "test",
            "curity": {"admin_url": "https://curity.example:6749/admin/api/restconf"},
            "konnect": {"url": KONNECT},
            "vault": {"url": "https://vault.example:8200"},
            "gateway": {"url": "https://gateway.example"},
            "rules": {"allowed_hosts": list(HOSTS), "profile_changes": "apply"} | rules,
        }
    )


def a_tenant(**values: Any) -> Tenant:
    """A tenant with two APIs and one application that uses both."""
    return Tenant.model_validate(
        {
            "slug": "acme",
            "portal": "acme-portal",
            "apis": [{"name": "Orders", "version": "v1", "path": "/orders"}, {"name": "Payments", "path": "/payments"}],
            "applications": [{"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback"}],
            "owner": EMAIL,
            "requested_by": "Ada",
        }
        | values
    )
