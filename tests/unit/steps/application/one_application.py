"""The application of these tests: how it is converged, and whether Vault holds what works for it."""

from __future__ import annotations

from typing import Any

from dcr.model.tenant import Tenant
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.application import application
from sandbox.konnect.state import Application
from tests.unit.kong_in_process import STRATEGY
from tests.unit.steps.contexts import FACTS, StepWorld, a_platform, a_tenant, converged, facts, planned, removed

PATH = "tenants/acme/applications/checkout"


def prepared(world: StepWorld | None = None) -> StepWorld:
    """Everything is there but the application."""
    world = (world or StepWorld()).with_developer()
    world.kong.with_strategies()
    return world


def facts_of(world: StepWorld) -> Facts:
    kong = world.kong
    return facts(FACTS, portal_id=kong.portal.id, portal_url=kong.portal_url, owner_id=kong.developer.id, strategy_id=STRATEGY)


def plan(world: StepWorld, known: Facts | None = None, **tenant: Any) -> Outcome:
    return planned(application, world, facts_of(world) if known is None else known, "checkout", tenant=a_tenant(**tenant))


def converge(world: StepWorld, known: Facts | None = None, *, rules: Any = None, **tenant: Any) -> Outcome:
    given = facts_of(world) if known is None else known
    return converged(application, world, given, "checkout", tenant=a_tenant(**tenant), platform=a_platform(**(rules or {})))


def leaving() -> Tenant:
    """The tenant, which asks for nothing any more."""
    return a_tenant().model_copy(update={"apis": [], "applications": []})


def remove(world: StepWorld, known: Facts | None = None, tenant: Tenant | None = None) -> Outcome:
    """The application that Vault remembers and nobody asks for.

    Args:
        tenant: what is asked for instead; nothing if not said.
    """
    return removed(application, world, facts_of(world) if known is None else known, "checkout", tenant=tenant or leaving())


def take_away(world: StepWorld, known: Facts | None = None) -> bool:
    """Whether there was anything of ours."""
    return bool(remove(world, known).changes)


def receipt(world: StepWorld) -> dict[str, str]:
    """What is kept of a removal."""
    return world.vault.kept.get("tenants/acme/receipts/checkout", ({}, 0))[0]


def kept(world: StepWorld) -> dict[str, str]:
    return world.vault.kept[PATH][0]


def the_application(world: StepWorld) -> Application:
    (only,) = world.kong.made(Application)
    return only


def works(world: StepWorld) -> bool:
    """Vault holds the credentials of the one application there is, and Curity takes them."""
    found, stored = the_application(world), kept(world)
    same = (stored["application_id"], stored["client_id"]) == (found.id, found.client_id)
    return same and stored["state"] == "active" and world.kong.is_secret(found.client_id, stored["client_secret"])
