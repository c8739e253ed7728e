"""What Vault remembers of an accepted tenant: read in every form that it has had, and never guessed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dcr.errors import LostLock, Stale
from dcr.http.sender import Guard
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import AcceptedRecord, RememberedPublication, forget_publication, remembered, written
from tests.unit.steps.contexts import StepWorld, a_context, a_tenant

PATH = "tenants/acme/spec"
ORDERS = RememberedPublication("Orders v1", "acme-portal", "portal-1", "api-1", "GET", "/orders")
PAYMENTS = RememberedPublication("Payments", "acme-portal", "portal-1", "api-2", "GET", "/payments")
OLD = {"tenant": a_tenant().model_dump_json(), "requested_by": "Ada", "ticket": "OPS-1"}
NEW = OLD | {
    "schema_version": "2",
    "generation": "3",
    "owner": "Grace",
    "owned_since": "2026-01-02T03:04:05Z",
    "requesters": '["Grace", "Ada"]',
    "run": "lively-otter (1)",
    "run_id": "1",
    "requested_at": "2026-02-02T03:04:05.000006Z",
    "accepted_at": "2026-02-02T03:05:05Z",
    "publications": written((ORDERS, PAYMENTS)),
}


@pytest.fixture
def world() -> StepWorld:
    return StepWorld()


def may() -> None:
    """A guard that lets everything pass."""


def writing(world: StepWorld, guard: Guard = may) -> StepContext:
    return a_context(world).guarded(guard, guard)


def record(world: StepWorld, values: dict[str, str], *, ours: bool = True) -> AcceptedRecord:
    world.vault.keep(PATH, values, ours=ours)
    return remembered(a_context(world))


def test_nothing_is_remembered_of_a_tenant_that_never_was(world: StepWorld) -> None:
    found = remembered(a_context(world))
    assert found == AcceptedRecord() and not found.exists and found.fault is None


def test_all_of_a_record_is_read(world: StepWorld) -> None:
    found = record(world, NEW)
    assert found.exists and found.tenant == a_tenant()
    assert (found.version, found.schema_version, found.generation) == (1, 2, 3)
    assert (found.owner, found.owned_since, found.requesters) == ("Grace", "2026-01-02T03:04:05Z", ("Grace", "Ada"))
    assert (found.run, found.run_id, found.requested_at) == ("lively-otter (1)", "1", "2026-02-02T03:04:05.000006Z")
    assert found.publications == (ORDERS, PAYMENTS)


def test_an_older_record_is_read_on_and_who_asked_then_owns_it(world: StepWorld) -> None:
    found = record(world, OLD)
    assert found.exists and found.tenant == a_tenant()
    assert (found.schema_version, found.generation, found.owner, found.requesters) == (1, 1, "Ada", ("Ada",))
    assert found.publications == ()


def test_fields_that_have_come_since_have_their_defaults(world: StepWorld) -> None:
    before = {name: value for name, value in json.loads(OLD["tenant"]).items() if name != "visibility"}
    assert record(world, OLD | {"tenant": json.dumps(before)}).specification["visibility"] == "private"


def test_a_tenant_that_today_would_be_refused_is_still_shown(world: StepWorld) -> None:
    strange = json.loads(OLD["tenant"]) | {"portal": ""}
    found = record(world, OLD | {"tenant": json.dumps(strange)})
    assert found.exists and found.tenant is None and found.specification["portal"] == ""


def test_a_record_of_a_newer_version_is_not_guessed_at(world: StepWorld) -> None:
    found = record(world, NEW | {"schema_version": "3", "tenant": "{}"})
    assert found.fault is not None and not found.exists
    assert found.fault.field == f"vault://dcr/{PATH}"
    assert "schema_version 3" in found.fault.fault and "newer" in found.fault.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "no JSON"},
        {"tenant": "[]"},
        {"tenant": '{"apis": [1], "applications": []}'},
        {"schema_version": "two"},
        {"generation": ""},
        {"publications": '[{"label": "Orders"}]'},
        {"requesters": "Ada"},
    ],
)
def test_what_cannot_be_read_is_a_fault_with_path_and_remedy_and_shows_nothing_of_it(world: StepWorld, change: dict[str, str]) -> None:
    found = record(world, NEW | change)
    assert found.fault is not None and not found.exists and found.publications == ()
    assert found.fault.field == f"vault://dcr/{PATH}" and found.fault.remedy
    assert "Orders" not in str(found.fault)


def test_what_somebody_else_put_there_is_a_fault(world: StepWorld) -> None:
    found = record(world, {"note": "mine"}, ours=False)
    assert found.fault is not None and "did not write" in found.fault.fault


def test_the_steps_of_a_look_share_one_read(world: StepWorld) -> None:
    world.vault.keep(PATH, NEW)
    ctx = a_context(world)
    before = remembered(ctx)
    world.vault.keep(PATH, OLD)
    assert remembered(ctx) == before
    assert remembered(ctx.fresh()).schema_version == 1


def test_a_publication_that_is_gone_is_forgotten_and_all_else_stays(world: StepWorld) -> None:
    world.vault.keep(PATH, NEW)
    ctx = writing(world)
    assert remembered(ctx).publications == (ORDERS, PAYMENTS)
    forget_publication(ctx, "portal-1", "api-1")
    after = remembered(ctx)
    assert after == replace(record(world, NEW), publications=(PAYMENTS,), version=2)


@pytest.mark.parametrize("ids", [("portal-1", "api-9"), ("portal-9", "api-1")])
def test_nothing_is_written_where_nothing_is_to_be_forgotten(world: StepWorld, ids: tuple[str, str]) -> None:
    world.vault.keep(PATH, NEW)
    forget_publication(writing(world), *ids)
    assert world.vault.kept[PATH] == (NEW, 1)


@pytest.mark.parametrize("values", [{}, {"note": "mine"}])
def test_what_is_no_record_of_ours_stays(world: StepWorld, values: dict[str, str]) -> None:
    if values:
        world.vault.keep(PATH, values, ours=False)
    before = dict(world.vault.kept)
    forget_publication(writing(world), "portal-1", "api-1")
    assert world.vault.kept == before


def test_a_record_that_was_written_meanwhile_stays(world: StepWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.vault.keep(PATH, NEW)
    read = world.vault.read

    def overtaken(path: str) -> object:
        found = read(path)
        world.vault.keep(PATH, NEW | {"ticket": "OPS-9"})
        return found

    monkeypatch.setattr(world.vault, "read", overtaken)
    with pytest.raises(Stale):
        forget_publication(writing(world), "portal-1", "api-1")
    assert world.vault.kept[PATH][0]["ticket"] == "OPS-9"


def test_nothing_is_forgotten_without_the_lock(world: StepWorld) -> None:
    def lost() -> None:
        raise LostLock("vault: tenants/acme/lock", "is not held any more", "Run again.")

    world.vault.keep(PATH, NEW)
    with pytest.raises(LostLock):
        forget_publication(writing(world, lost), "portal-1", "api-1")
    assert world.vault.kept[PATH] == (NEW, 1)
