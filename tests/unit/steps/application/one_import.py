"""The imported application of these tests: how it is converged, and whether Vault holds what works for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dcr.model.tenant import Tenant
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.application.imported import replaced_client
from sandbox.konnect.state import Registration
from tests.unit.kong_in_process import CURITY, REGISTRATION_PATH
from tests.unit.steps.application import one_application
from tests.unit.steps.application.one_application import PATH, kept, the_application
from tests.unit.steps.contexts import (
    Steps,
    StepWorld,
    a_platform,
    a_tenant,
    all_converged,
    all_planned,
    converged,
    facts,
    planned,
    taken_away,
)

__all__ = ["PATH", "kept", "the_application"]
NAME = "acme.checkout"
ASKED = {"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback", "way": "import"}
LABELS = ("Orders v1", "Payments")
STEPS: Steps = ((application, "checkout"), (registrations, "checkout"), (replaced_client, "checkout"))


def prepared(world: StepWorld | None = None) -> StepWorld:
    """Everything is there but the application."""
    world = one_application.prepared(world).with_initial_client()
    publish_all(world)
    return world


def publish_all(world: StepWorld) -> None:
    """Both APIs are at the portal, and no registration approves itself."""
    kong = world.kong
    for label in LABELS:
        if kong.service.publication(kong.api(label).id, kong.portal.id) is None:
            kong.publish(label)
        kong.publication(label).auto_approve = False


def facts_of(world: StepWorld) -> Facts:
    """What earlier steps found."""
    apis = {label: world.kong.api(label).id for label in LABELS}
    return facts(one_application.facts_of(world), apis=apis, registration_endpoint=f"{CURITY}{REGISTRATION_PATH}")


def of_team(world: StepWorld) -> dict[str, Any]:
    """Options by which the tenant's team is the owner."""
    team = world.kong.team
    return {"known": facts(facts_of(world), owner_id=team.id), "owner_type": "team", "owner": team.name}


def wanting(asked: Any = None, **tenant: Any) -> Tenant:
    """The tenant, with the one application."""
    return a_tenant(applications=[ASKED | (asked or {})], **tenant)


def plan(world: StepWorld, *, known: Facts | None = None, replace: Iterable[str] = (), asked: Any = None, **tenant: Any) -> Outcome:
    """A look at the application alone."""
    return planned(application, world, known or facts_of(world), "checkout", tenant=wanting(asked, **tenant), replace=replace)


def converge(
    world: StepWorld,
    *,
    known: Facts | None = None,
    rules: Any = None,
    replace: Iterable[str] = (),
    asked: Any = None,
    **tenant: Any,
) -> Outcome:
    """The application alone."""
    options: dict[str, Any] = {"tenant": wanting(asked, **tenant), "platform": a_platform(**(rules or {})), "replace": replace}
    return converged(application, world, known or facts_of(world), "checkout", **options)


def plan_all(world: StepWorld, *, replace: Iterable[str] = (), **tenant: Any) -> list[Outcome]:
    """A look at the application, its registrations, and the removal of what it replaced."""
    return all_planned(STEPS, world, facts_of(world), tenant=wanting(**tenant), replace=replace)


def converge_all(world: StepWorld, *, replace: Iterable[str] = (), **tenant: Any) -> list[Outcome]:
    """The application, its registrations, and the removal of what it replaced."""
    return all_converged(STEPS, world, facts_of(world), tenant=wanting(**tenant), replace=replace)


def take_away(world: StepWorld, known: Facts | None = None) -> bool:
    """The application; whether there was any."""
    return one_application.take_away(world, known or facts_of(world))


def take_replaced_away(world: StepWorld) -> bool:
    """The client that was replaced; whether there was any."""
    return taken_away(replaced_client, world, facts_of(world), "checkout", tenant=wanting())


def statuses(world: StepWorld) -> list[str]:
    """Of all registrations."""
    return [one.status for one in world.kong.made(Registration)]


def works(world: StepWorld) -> bool:
    """Vault holds the credentials of the one client and the one application there are."""
    return one_application.works(world) and world.kong.clients() == [the_application(world).client_id]
