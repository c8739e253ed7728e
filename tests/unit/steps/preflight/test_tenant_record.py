"""The accepted tenant in Vault: compared leaf by leaf, written only where it differs, and nobody else's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dcr.errors import Conflict, LostLock, Problems, Stale
from dcr.model.tenant import Tenant
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.steps.preflight import tenant_record
from dcr.steps.preflight.accepted import AcceptedRecord, remembered
from tests.unit.kong_in_process import EMAIL
from tests.unit.steps.contexts import REQUEST, StepWorld, a_context, a_platform, a_tenant, converged, facts, planned, taken_away

PATH = "tenants/acme/spec"
APIS = {"Orders v1": "api-1", "Payments": "api-2"}
FACTS = facts(portal_id="portal-1", apis=APIS)
NEWER = replace(REQUEST, run="quick-fox (2)", run_id="2", requested_at="2026-11-02T06:00:00Z")
OVERWRITE = a_platform(on_conflict="overwrite")


@pytest.fixture
def world() -> StepWorld:
    return StepWorld()


def plan(world: StepWorld, request: Any = REQUEST, **tenant: Any) -> Outcome:
    return planned(tenant_record, world, FACTS, tenant=a_tenant(**tenant), request=request)


def converge(world: StepWorld, *, request: Any = REQUEST, platform: Any = None, known: Any = FACTS, **tenant: Any) -> Outcome:
    return converged(tenant_record, world, known, tenant=a_tenant(**tenant), request=request, platform=platform)


def take_away(world: StepWorld) -> bool:
    """Whether there was one of ours."""
    return taken_away(tenant_record, world, facts())


def record(world: StepWorld) -> AcceptedRecord:
    return remembered(a_context(world))


def older(world: StepWorld) -> None:
    """The record as it was kept before it had a version."""
    world.vault.keep(PATH, {"tenant": a_tenant().model_dump_json(), "requested_by": "Ada", "ticket": ""})


def told(changes: tuple[Change, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(change.path.removeprefix(f"vault/{PATH}").removeprefix("/"), change.before, change.after) for change in changes]


def test_the_tenant_is_kept_as_it_was_asked_for_by_whom_when_and_why(world: StepWorld) -> None:
    converge(world, ticket="OPS-1")
    kept, found = world.vault.kept[PATH][0], record(world)

    assert Tenant.model_validate_json(kept["tenant"]) == a_tenant(ticket="OPS-1")
    assert (kept["schema_version"], kept["requested_by"], kept["ticket"]) == ("2", "Ada", "OPS-1")
    assert (found.generation, found.owner, found.requesters) == (1, "Ada", ("Ada",))
    assert (found.run, found.run_id, found.requested_at) == ("lively-otter (1)", "1", "2026-11-01T06:00:00.000001Z")
    assert found.accepted_at == found.owned_since != ""


def test_the_publications_are_remembered_with_their_ids(world: StepWorld) -> None:
    converge(world)
    found = [(one.label, one.portal, one.portal_id, one.api_id, one.method, one.path) for one in record(world).publications]
    assert found == [
        ("Orders v1", "acme-portal", "portal-1", "api-1", "GET", "/orders"),
        ("Payments", "acme-portal", "portal-1", "api-2", "GET", "/payments"),
    ]


def test_what_was_published_stays_remembered_when_it_is_no_longer_asked_for(world: StepWorld) -> None:
    converge(world)
    converge(world, apis=[{"name": "Payments", "path": "/settled"}])
    assert [(one.label, one.path) for one in record(world).publications] == [("Orders v1", "/orders"), ("Payments", "/settled")]
    converge(world, portal="other-portal", known=facts(portal_id="portal-2", apis=APIS), apis=[{"name": "Payments", "path": "/settled"}])
    assert {(one.label, one.portal_id) for one in record(world).publications} == {
        ("Orders v1", "portal-1"),
        ("Payments", "portal-1"),
        ("Payments", "portal-2"),
    }


def test_an_api_that_was_made_anew_is_remembered_anew(world: StepWorld) -> None:
    converge(world)
    (change,) = converge(world, known=facts(portal_id="portal-1", apis=APIS | {"Payments": "api-3"})).changes
    assert change.path == f"vault/{PATH}/publications/acme-portal/Payments"
    assert (change.before, change.after) == (
        "GET /payments of API api-2 in portal portal-1",
        "GET /payments of API api-3 in portal portal-1",
    )
    assert {one.api_id for one in record(world).publications} == {"api-1", "api-2", "api-3"}


def test_of_a_new_tenant_each_api_and_application_is_a_line(world: StepWorld) -> None:
    assert told(plan(world).changes) == [
        ("", None, "as asked for by Ada"),
        ("apis/Orders v1", None, "GET /orders"),
        ("apis/Payments", None, "GET /payments"),
        ("applications/checkout", None, "portal, https://shop.example/callback, uses all APIs"),
    ]
    assert PATH not in world.vault.kept


def test_each_leaf_that_differs_is_shown_old_and_new(world: StepWorld) -> None:
    converge(world)
    application = {"name": "checkout", "description": "", "redirect_uri": "https://evil.example/callback", "apis": ["Payments", "Orders"]}
    apis = [{"name": "Payments", "path": "/open", "method": "HEAD"}, {"name": "Orders", "version": "v1", "path": "/orders"}]
    changes = plan(world, applications=[application], apis=apis, ticket="OPS-2", visibility="public", owner="mallory@evil.example").changes
    assert told(changes) == [
        ("apis/Payments/method", "GET", "HEAD"),
        ("apis/Payments/path", "/payments", "/open"),
        ("applications/checkout/description", "Shop", None),
        ("applications/checkout/redirect_uri", "https://shop.example/callback", "https://evil.example/callback"),
        ("applications/checkout/apis", "all", "Orders, Payments"),
        ("owner", EMAIL, "mallory@evil.example"),
        ("visibility", "private", "public"),
        ("ticket", None, "OPS-2"),
    ]


def test_what_is_dropped_and_what_is_new_is_a_line_each(world: StepWorld) -> None:
    converge(world)
    apis = [{"name": "Orders", "version": "v2", "path": "/orders"}, {"name": "Payments", "path": "/payments"}]
    applications = [{"name": "desk", "redirect_uri": "https://desk.example/callback", "way": "import", "apis": ["Payments"]}]
    assert told(plan(world, apis=apis, applications=applications).changes) == [
        ("apis/Orders v1", "GET /orders", None),
        ("apis/Orders v2", None, "GET /orders"),
        ("applications/checkout", "portal, https://shop.example/callback, uses all APIs", None),
        ("applications/desk", None, "import, https://desk.example/callback, uses Payments"),
    ]


def test_order_says_nothing(world: StepWorld) -> None:
    converge(world)
    assert not plan(world, apis=[{"name": "Payments", "path": "/payments"}, {"name": "Orders", "version": "v1", "path": "/orders"}]).changes


def test_a_second_run_writes_nothing_and_each_acceptance_is_a_generation(world: StepWorld) -> None:
    converge(world)
    assert converge(world, request=NEWER).changes == () and world.vault.kept[PATH][1] == 1

    assert told(converge(world, ticket="OPS-2", request=NEWER).changes) == [("ticket", None, "OPS-2")]
    found = record(world)
    assert (found.generation, found.run_id, found.requested_at) == (2, "2", NEWER.requested_at)


def test_an_older_record_is_brought_up_to_date_and_says_so(world: StepWorld) -> None:
    older(world)
    assert told(plan(world).changes) == [("schema_version", "1", "2")]
    converge(world)
    assert (record(world).schema_version, record(world).owner, len(record(world).publications)) == (2, "Ada", 2)
    assert converge(world).changes == ()


def test_for_a_look_at_what_was_accepted_an_older_record_is_as_good(world: StepWorld) -> None:
    older(world)
    assert plan(world, request=None).changes == ()


def test_a_record_of_a_newer_version_stops_and_stays(world: StepWorld) -> None:
    converge(world)
    world.vault.change(PATH, schema_version="3")
    before = dict(world.vault.kept)
    with pytest.raises(Problems) as stopped:
        converge(world, ticket="OPS-2")
    assert "newer version of this tool" in str(stopped.value)
    assert world.vault.kept == before


def test_another_requester_is_told_whose_it_is(world: StepWorld) -> None:
    converge(world)
    (change,) = plan(world, requested_by="Mallory").changes
    since = record(world).owned_since[:10]
    assert (change.path, change.before, change.after) == (f"vault/{PATH}/requested_by", "Ada", "Mallory")
    assert change.conflict == f"tenant acme belongs to Ada, who onboarded it on {since}"
    with pytest.raises(Conflict):
        converge(world, requested_by="Mallory")
    assert record(world).owner == "Ada"


def test_an_older_record_has_an_owner_too(world: StepWorld) -> None:
    older(world)
    assert plan(world, requested_by="Mallory").changes[0].conflict == "tenant acme belongs to Ada, who onboarded it"


def test_who_may_take_it_over_owns_it_then(world: StepWorld) -> None:
    converge(world)
    converge(world, requested_by="Grace", platform=OVERWRITE)
    assert (record(world).owner, record(world).requesters) == ("Grace", ("Ada", "Grace"))
    assert converge(world, requested_by="Grace").changes == ()
    assert plan(world).changes[0].conflict


def test_whom_the_policy_lets_ask_is_in_nobodys_way_and_takes_nothing_over(world: StepWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcr.steps.preflight.ownership.may_ask", lambda _platform, tenant: tenant.requested_by == "Grace")
    converge(world)
    (change,) = converge(world, requested_by="Grace").changes
    assert not change.conflict
    assert record(world).owner == "Ada"
    monkeypatch.undo()
    assert plan(world, requested_by="Grace").changes[0].conflict, "the rule is gone, and the owner is still the first"


def test_an_older_request_of_another_run_is_superseded(world: StepWorld) -> None:
    converge(world, ticket="OPS-2", request=NEWER)
    whole, leaf = plan(world, ticket="OPS-1").changes
    assert whole.path == f"vault/{PATH}"
    assert whole.conflict == f"superseded by run quick-fox (2), accepted at {record(world).accepted_at}"
    assert (leaf.before, leaf.after, leaf.conflict) == ("OPS-2", "OPS-1", "")
    with pytest.raises(Conflict):
        converge(world, ticket="OPS-1")


def test_a_forced_older_request_is_as_good_as_asked_for_now(world: StepWorld) -> None:
    converge(world, ticket="OPS-2", request=NEWER)
    converge(world, ticket="OPS-1", platform=OVERWRITE)
    assert json.loads(world.vault.kept[PATH][0]["tenant"])["ticket"] == "OPS-1"
    assert record(world).requested_at == record(world).accepted_at
    assert converge(world, ticket="OPS-1").changes == ()


@pytest.mark.parametrize(
    ("request_", "ticket"),
    [
        (replace(NEWER, requested_at=REQUEST.requested_at), "OPS-1"),  # the same run, however its time is told
        (replace(NEWER, run_id="3"), "OPS-1"),  # of the same moment
        (replace(REQUEST, requested_at="2026-11-02T08:00:00+01:00"), "OPS-1"),  # newer, told in another zone
        (REQUEST, "OPS-2"),  # older, and asks for what there is
    ],
)
def test_what_is_not_superseded(world: StepWorld, request_: Any, ticket: str) -> None:
    converge(world, ticket="OPS-2", request=NEWER)
    assert not [change for change in plan(world, request_, ticket=ticket).changes if change.conflict]


def test_a_record_that_was_written_meanwhile_is_not_written_over(world: StepWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    converge(world)
    read = world.vault.read

    def overtaken(path: str) -> Any:
        found = read(path)
        world.vault.keep(path, world.vault.kept[path][0])
        return found

    monkeypatch.setattr(world.vault, "read", overtaken)
    with pytest.raises(Stale):
        converge(world, ticket="OPS-2")


def test_what_is_taken_away_is_our_record(world: StepWorld) -> None:
    converge(world)

    assert take_away(world)
    assert PATH not in world.vault.kept
    assert not take_away(world)


def test_a_record_of_somebody_else_stays(world: StepWorld) -> None:
    world.vault.keep(PATH, {"note": "mine"}, ours=False)

    assert not take_away(world)
    (problem,) = plan(world).problems
    assert (problem.field, problem.fault) == (f"vault://dcr/{PATH}", "holds something that this tool did not write")
    assert world.vault.kept[PATH][0] == {"note": "mine"}


def test_nothing_is_kept_or_taken_away_without_the_tenants_lock(world: StepWorld) -> None:
    converge(world)
    before = dict(world.vault.kept)
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world, ticket="OPS-2")
    with pytest.raises(LostLock):
        take_away(world)
    assert world.vault.kept == before
