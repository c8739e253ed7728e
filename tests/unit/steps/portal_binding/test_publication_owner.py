"""Whose a publication is: the first to publish it owns it, others use it as it is, and what would change for them is a conflict."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.engine.perform import perform
from dcr.engine.permission import Mandate, Permission
from dcr.errors import Conflict, Problems, Stale
from dcr.model.tenant import Tenant
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import publication
from dcr.steps.portal_binding.publication_owner import MOST_TENANTS
from dcr.steps.table import PUBLICATION
from dcr.vault import paths
from sandbox.konnect.state import Publication as Published
from tests.unit.kong_in_process import STRATEGY as OURS
from tests.unit.steps.contexts import StepWorld, a_context, a_tenant, converged, facts, planned
from tests.unit.steps.portal_binding.owned_publication import owned, ownership

GLOBEX = a_tenant(slug="globex")
PUBLIC = a_tenant(slug="globex", visibility="public")
LABEL = "Orders v1"
PATH = "konnect/portals/acme-portal/publications/Orders v1"


@pytest.fixture
def world() -> StepWorld:
    made = StepWorld()
    made.kong.with_strategies()
    made.locks.held.add(paths.tenant_lock("globex"))
    return made


def known(world: StepWorld) -> Facts:
    return facts(portal_id=world.kong.portal.id, portal_auto_approves="false", strategy_id=OURS, apis={LABEL: world.kong.api(LABEL).id})


def plan(world: StepWorld, tenant: Tenant) -> Outcome:
    return planned(publication, world, known(world), LABEL, tenant=tenant)


def converge(world: StepWorld, tenant: Tenant | None = None, **rules: Any) -> Outcome:
    return converged(publication, world, known(world), LABEL, tenant=tenant or a_tenant(), **rules)


def accepted(world: StepWorld, *slugs: str, **values: Any) -> None:
    for slug in slugs:
        tenant = a_tenant(slug=slug, **values)
        world.vault.keep(paths.tenant_spec(slug), {"tenant": tenant.model_dump_json(), "requested_by": "Ada", "ticket": ""})


def test_the_first_to_publish_owns_it_and_others_use_it(world: StepWorld) -> None:
    assert [change.path for change in converge(world).changes][-1] == "vault/publications/acme-portal/Orders v1/owner"
    assert ownership(world) == ("acme", ["acme"])
    world.kong.traffic.clear()

    (change,) = converge(world, GLOBEX).changes
    assert (change.before, change.after) == ("acme", "acme, globex")
    assert ownership(world) == ("acme", ["acme", "globex"]) and world.kong.traffic.writes() == []
    assert converge(world).changes == converge(world, GLOBEX).changes == ()


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"visibility": "public"}, "visibility"), ({"registration_approval": "by this run"}, "auto_approve_registrations")],
)
def test_what_would_change_for_the_owner_is_a_conflict_that_names_it(world: StepWorld, asked: dict[str, Any], field: str) -> None:
    converge(world)
    world.kong.traffic.clear()

    other = a_tenant(slug="globex", **asked)
    conflicts = {change.path: change.conflict for change in plan(world, other).changes if change.conflict}
    assert conflicts == {f"{PATH}/{field}": "belongs to tenant acme: it would change for everyone in portal acme-portal"}
    with pytest.raises(Conflict, match="belongs to tenant acme"):
        converge(world, other)
    assert world.kong.traffic.writes() == [] and ownership(world) == ("acme", ["acme"])


def test_a_publication_that_is_taken_has_another_owner_and_the_former_one_still_uses_it(world: StepWorld) -> None:
    converge(world)
    ctx = a_context(world, known(world), tenant=PUBLIC)
    taken = frozenset({f"{PATH}/visibility"})
    perform(PUBLICATION, LABEL, ctx, Permission(ctx.platform, for_tenant=True, mandate=Mandate(take=taken)))

    assert world.kong.publication(LABEL).visibility == "public"
    assert ownership(world) == ("globex", ["acme", "globex"])
    assert "belongs to tenant globex" in plan(world, a_tenant()).changes[0].conflict


def test_its_owner_may_change_it(world: StepWorld) -> None:
    converge(world)
    converge(world, a_tenant(visibility="public"))

    assert world.kong.publication(LABEL).visibility == "public" and ownership(world) == ("acme", ["acme"])


def test_what_its_owner_is_about_to_publish_may_be_published_just_so_and_not_otherwise(world: StepWorld) -> None:
    """The owner has reserved it, and its run is between that and the publication, or has died there."""
    converge(world)
    world.kong.forget(Published)

    assert all("belongs to tenant acme" in change.conflict for change in plan(world, PUBLIC).changes if change.path.startswith(PATH))
    converge(world, GLOBEX)
    assert world.kong.publication(LABEL).visibility == "private" and ownership(world) == ("acme", ["acme", "globex"])


def test_of_two_tenants_at_once_one_is_the_owner(world: StepWorld) -> None:
    both = [(tenant, a_context(world, known(world), tenant=tenant)) for tenant in (a_tenant(), PUBLIC)]
    states = [(ctx.guarded(may, may), PUBLICATION.observe(ctx, LABEL)) for _, ctx in both]
    first, second = states

    PUBLICATION.apply(first[0], LABEL, first[1], PUBLICATION.diff(first[0], LABEL, first[1]))
    with pytest.raises(Stale):
        PUBLICATION.apply(second[0], LABEL, second[1], PUBLICATION.diff(second[0], LABEL, second[1]))
    assert ownership(world) == ("acme", ["acme"])
    assert world.kong.only(Published).visibility == "private"
    with pytest.raises(Conflict, match="belongs to tenant acme"):
        converge(world, PUBLIC)


def test_any_number_of_tenants_join_at_once(world: StepWorld) -> None:
    converge(world)
    tenants = [a_tenant(slug=f"tenant-{place}") for place in range(5)]
    contexts = [a_context(world, known(world), tenant=tenant).guarded(may, may) for tenant in tenants]
    states = [PUBLICATION.observe(ctx, LABEL) for ctx in contexts]
    for ctx, state in zip(contexts, states, strict=True):
        PUBLICATION.apply(ctx, LABEL, state, PUBLICATION.diff(ctx, LABEL, state))

    assert ownership(world) == ("acme", ["acme", *(tenant.slug for tenant in tenants)])


def may() -> None:
    """A guard that lets everything pass."""


def published_before_there_was_a_record(world: StepWorld) -> None:
    world.kong.publish(LABEL, strategy_ids=[OURS], auto_approve=True)


def test_what_nobody_recorded_and_is_as_wanted_becomes_ones_own(world: StepWorld) -> None:
    published_before_there_was_a_record(world)
    accepted(world, "globex")

    converge(world)
    assert ownership(world) == ("acme", ["acme"]) and world.kong.traffic.writes() == []


@pytest.mark.parametrize(
    ("named_by", "conflict"),
    [
        ([], "no accepted tenant names it"),
        (["acme", "initech"], "is used by the tenants acme, initech, and nobody has recorded whose it is"),
        (["initech"], "belongs to tenant initech"),
        (["globex"], ""),
    ],
)
def test_what_nobody_recorded_and_differs_is_the_accepted_tenants(world: StepWorld, named_by: list[str], conflict: str) -> None:
    published_before_there_was_a_record(world)
    accepted(world, *named_by)
    accepted(world, "elsewhere", portal="another-portal")
    accepted(world, "otherwise", apis=[{"name": "Orders", "path": "/orders"}])

    found = next(change.conflict for change in plan(world, PUBLIC).changes if change.path == f"{PATH}/visibility")
    assert conflict in found and bool(conflict) == bool(found)
    if not conflict:
        converge(world, PUBLIC)
        assert ownership(world) == ("globex", ["globex"])


def test_what_cannot_be_told_is_a_conflict(world: StepWorld) -> None:
    published_before_there_was_a_record(world)
    accepted(world, *(f"tenant-{place}" for place in range(MOST_TENANTS + 1)))

    assert "cannot tell" in plan(world, PUBLIC).changes[0].conflict


@pytest.mark.parametrize("values", [{"owner": "acme"}, {"owner": "acme", "users": "acme", "since": ""}], ids=["half", "no list"])
def test_a_record_of_another_form_is_named(world: StepWorld, values: dict[str, str]) -> None:
    world.vault.keep(paths.publication(world.kong.portal.id, world.kong.api(LABEL).id), values)
    with pytest.raises(Problems, match="did not write"):
        plan(world, a_tenant())


def test_a_record_that_someone_else_wrote_is_named(world: StepWorld) -> None:
    owned(world, "acme", "acme")
    world.vault.foreign.add(paths.publication(world.kong.portal.id, world.kong.api(LABEL).id))
    with pytest.raises(Problems, match="did not write"):
        plan(world, a_tenant())
