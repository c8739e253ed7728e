"""Publications that are no longer asked for: gone if nobody else uses them, else left to those who do; never what is not ours."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.engine.observe import observe_one
from dcr.errors import LostLock, Stale
from dcr.model.tenant import Tenant
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import publication
from dcr.steps.portal_binding.leaving_publication import leaving
from dcr.steps.preflight.accepted import RememberedPublication, remembered, written
from dcr.steps.table import PUBLICATION
from dcr.vault import paths
from sandbox.konnect.state import Application
from sandbox.konnect.state import Publication as Published
from tests.in_process import CarryOut
from tests.unit.kong_in_process import OTHER as THEIRS
from tests.unit.kong_in_process import STRATEGY as OURS
from tests.unit.steps.contexts import StepWorld, a_context, a_tenant, converged, facts, planned, taken_away
from tests.unit.steps.portal_binding.owned_publication import owned, ownership

LEAVING = a_tenant().model_copy(update={"apis": [], "applications": []})
ONE_API = a_tenant(apis=[{"name": "Payments", "path": "/payments"}])


@pytest.fixture
def world() -> StepWorld:
    """Orders v1 is published for acme, which no longer asks for it."""
    made = StepWorld()
    made.kong.with_strategies()
    converged(publication, made, known(made), "Orders v1")
    remember(made, "Orders v1")
    made.kong.traffic.clear()
    return made


def known(world: StepWorld, **more: Any) -> Facts:
    apis = {label: world.kong.api(label).id for label in ("Orders v1", "Payments")}
    return facts(portal_id=world.kong.portal.id, portal_auto_approves="false", strategy_id=OURS, apis=apis, **more)


def remember(world: StepWorld, *labels: str, **ids: str) -> None:
    """The accepted record's memory."""
    kong = world.kong
    entries = tuple(
        RememberedPublication(
            label, "acme-portal", ids.get("portal_id", kong.portal.id), ids.get("api_id", kong.api(label).id), "GET", "/orders"
        )
        for label in labels
    )
    values = {"tenant": a_tenant().model_dump_json(), "requested_by": "Ada", "ticket": "", "publications": written(entries)}
    world.vault.keep(paths.tenant_spec("acme"), values)


def item(world: StepWorld, tenant: Tenant = LEAVING) -> str:
    (found,) = leaving(a_context(world, known(world), tenant=tenant))
    return found


def plan(world: StepWorld, tenant: Tenant = LEAVING, given: Facts | None = None) -> Outcome:
    ctx = a_context(world, given or known(world), tenant=tenant)
    return observe_one(PUBLICATION, item(world, tenant), ctx, wanted=False).outcome


def take_away(world: StepWorld, tenant: Tenant = LEAVING, given: Facts | None = None) -> bool:
    return taken_away(publication, world, given or known(world), item(world, tenant), tenant=tenant)


def nothing_is_left(world: StepWorld) -> bool:
    record = remembered(a_context(world))
    return not record.publications and ownership(world) is None


@pytest.mark.parametrize("tenant", [LEAVING, ONE_API], ids=["the tenant leaves", "the API is dropped"])
def test_what_is_taken_away_is_the_one_publication_that_is_remembered(world: StepWorld, tenant: Tenant) -> None:
    other = world.kong.publish("Payments", strategy_ids=[OURS])

    assert take_away(world, tenant)
    assert world.kong.made(Published) == [other]
    assert world.kong.traffic.writes() == [("DELETE", f"/v3/apis/{world.kong.api('Orders v1').id}/publications/{world.kong.portal.id}")]
    assert nothing_is_left(world) and leaving(a_context(world, known(world), tenant=tenant)) == {}


def test_the_plan_says_who_loses_access(world: StepWorld) -> None:
    for place in range(2):
        theirs = world.kong.org.add(Application(world.kong.org.new_id(), portal_id=world.kong.portal.id, name=f"theirs {place}"))
        world.kong.register(theirs, "Orders v1", "approved")
    ours = world.kong.org.add(Application(world.kong.org.new_id(), portal_id=world.kong.portal.id, name="checkout"))
    world.kong.register(ours, "Orders v1", "approved")
    world.vault.keep(paths.application("acme", "checkout"), {"application_id": ours.id})

    (change,) = plan(world).changes
    assert (change.path, change.after) == ("konnect/portals/acme-portal/publications/Orders v1", None)
    assert change.removes == "Orders v1 leaves portal acme-portal; 2 applications of others would lose access"


def test_what_is_still_asked_for_is_not_unwanted(world: StepWorld) -> None:
    assert leaving(a_context(world, known(world))) == {}
    assert leaving(a_context(world, facts())) == {}, "as long as ids are not known, names tell"


def test_an_api_of_the_same_name_in_another_portal_is_another(world: StepWorld) -> None:
    moved = facts(known(world), portal_id=world.kong.org.new_id())
    (name,) = leaving(a_context(world, moved))
    assert name.startswith("Orders v1 in acme-portal")


@pytest.mark.parametrize("owner", ["acme", "globex"])
def test_what_others_still_use_stays_and_passes_to_the_oldest_of_them(world: StepWorld, owner: str) -> None:
    owned(world, owner, "acme", "globex", "initech")

    found = plan(world)
    assert [change.removes for change in found.changes if change.removes] == []
    lines = {change.path.rsplit("/", 1)[1]: (change.before, change.after) for change in found.changes}
    passing = {"owner": ("acme", "globex")} if owner == "acme" else {}
    assert lines == {"users": ("acme, globex, initech", "globex, initech"), **passing}
    assert take_away(world)
    assert world.kong.traffic.writes() == []
    assert ownership(world) == ("globex", ["globex", "initech"])
    assert remembered(a_context(world)).publications == ()


def test_a_tenant_that_was_accepted_before_users_were_recorded_keeps_it(world: StepWorld) -> None:
    accepted = {"tenant": a_tenant(slug="globex").model_dump_json(), "requested_by": "Bob", "ticket": ""}
    world.vault.keep(paths.tenant_spec("globex"), accepted)

    assert take_away(world)
    assert world.kong.traffic.writes() == [] and ownership(world) == ("globex", ["globex"])


@pytest.mark.parametrize("strategies", [[THEIRS], None], ids=["another strategy", "no strategy"])
def test_a_publication_that_is_not_ours_any_more_is_only_forgotten(world: StepWorld, strategies: list[str] | None) -> None:
    world.kong.publication("Orders v1").strategy_ids = strategies

    found = plan(world)
    assert "it stays" in found.warnings[0] and not any(change.removes for change in found.changes)
    assert take_away(world)
    assert world.kong.traffic.writes() == [] and len(world.kong.made(Published)) == 1 and nothing_is_left(world)


def test_nothing_is_unpublished_while_nobody_knows_which_strategy_is_ours(world: StepWorld) -> None:
    assert take_away(world, given=facts(known(world), strategy_id=None))
    assert world.kong.traffic.writes() == []


@pytest.mark.parametrize("gone", ["publication", "api", "portal"])
def test_what_is_gone_already_counts_as_removed(world: StepWorld, gone: str) -> None:
    world.kong.forget(Published)
    if gone != "publication":
        remember(world, "Orders v1", **{f"{gone}_id": "00000000-0000-4000-8000-0000000000ff"})

    assert take_away(world)
    assert world.kong.traffic.writes() == [] and remembered(a_context(world)).publications == ()


def test_whoever_joins_meanwhile_keeps_it(world: StepWorld) -> None:
    ctx, name = a_context(world, known(world), tenant=LEAVING), item(world)
    state = PUBLICATION.observe(ctx, name)
    owned(world, "acme", "acme", "globex")

    with pytest.raises(Stale):
        PUBLICATION.remove(ctx.guarded(may, may), name, state, PUBLICATION.absent(ctx, name, state))
    assert world.kong.traffic.writes() == []


@pytest.mark.parametrize("end", ["before", "after"])
def test_a_removal_whose_answer_is_lost_is_ended_by_the_next(world: StepWorld, end: str) -> None:
    def unheard(carry_out: CarryOut) -> Any:
        if end == "after":
            carry_out()
        raise httpx.ReadTimeout("lost")

    world.kong.traffic.once("DELETE", ".*", unheard)
    with pytest.raises(Exception, match="answer"):
        take_away(world)
    assert ownership(world) == ("acme", [])

    assert take_away(world)
    assert world.kong.made(Published) == [] and nothing_is_left(world)


def test_nothing_goes_without_the_tenants_lock(world: StepWorld) -> None:
    remember(world, "Orders v1")
    world.locks.held.clear()
    before = dict(world.vault.kept)
    with pytest.raises(LostLock):
        take_away(world)
    assert (world.kong.traffic.writes(), world.vault.kept) == ([], before)


def test_what_is_just_being_taken_away_is_not_joined(world: StepWorld) -> None:
    owned(world, "acme")
    globex = a_tenant(slug="globex")

    with pytest.raises(Exception, match="tenant acme is just taking the publication away"):
        planned(publication, world, known(world), "Orders v1", tenant=globex)
    values = world.vault.kept[path(world)][0] | {"since": "2020-01-01T00:00:00Z"}
    world.vault.keep(path(world), values)
    assert planned(publication, world, known(world), "Orders v1", tenant=globex).changes[0].after == "globex", "that run has died"


def may() -> None:
    """A guard that lets everything pass."""


def path(world: StepWorld) -> str:
    return paths.publication(world.kong.portal.id, world.kong.api("Orders v1").id)
