"""An application of the way `import`: what is registered, what Konnect adopts, what Vault keeps, and what is left alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from dcr.errors import CheckFailed, Conflict, LostLock, Problems
from dcr.steps.application.imported.application import clients_to_replace
from sandbox.konnect.state import Application, Registration
from tests.unit.kong_in_process import OTHER, REGISTRATION_PATH, STRATEGY
from tests.unit.steps.application.one_import import (
    ASKED,
    PATH,
    converge,
    converge_all,
    facts_of,
    kept,
    of_team,
    plan,
    prepared,
    statuses,
    take_away,
    the_application,
    works,
)
from tests.unit.steps.contexts import StepWorld, a_context, a_tenant, facts


@pytest.fixture
def world() -> StepWorld:
    return prepared()


def test_the_client_is_registered_stored_and_adopted(world: StepWorld) -> None:
    outcome = converge(world)

    assert works(world)
    assert outcome.facts == facts(applications={"checkout": {"id": kept(world)["application_id"], "client_id": kept(world)["client_id"]}})
    assert (the_application(world).owner_type, the_application(world).owner_id) == ("developer", world.kong.developer.id)


def test_a_team_owns_it_if_the_tenant_says_so(world: StepWorld) -> None:
    converge(world, **of_team(world))

    assert (the_application(world).owner_type, the_application(world).owner_id) == ("team", world.kong.team.id)


def test_what_is_asked_of_curity_is_enough_for_a_machine(world: StepWorld) -> None:
    converge(world)
    (client,) = world.kong.curity_traffic.bodies("POST", REGISTRATION_PATH)

    assert (client["client_name"], client["redirect_uris"]) == ("acme.checkout", [ASKED["redirect_uri"]])
    assert client["grant_types"] == ["client_credentials"]


def test_the_record_says_until_when_the_registration_can_be_managed(world: StepWorld) -> None:
    converge(world)
    registered, writes, expires = (
        datetime.fromisoformat(kept(world)[name]) for name in ("registered_at", "registration_write_until", "registration_expires_at")
    )

    assert ((writes - registered).days, (expires - registered).days) == (28, 365)


def test_a_second_run_writes_nothing_and_asks_once(world: StepWorld) -> None:
    first = converge(world)
    world.kong.traffic.clear()
    world.kong.curity_traffic.clear()
    second = converge(world)

    assert second.changes == () and second.facts == first.facts
    asked = [(method, path.rsplit("/", 1)[-1]) for method, path, _ in world.kong.traffic.sent]
    assert asked == [("GET", kept(world)["application_id"])]
    assert world.kong.curity_traffic.sent == []


def test_a_plan_shows_client_secret_and_application_and_registers_nothing(world: StepWorld) -> None:
    outcome = plan(world)

    paths = [change.path for change in outcome.changes]
    assert paths[:2] == ["curity/clients/acme.checkout", f"vault://dcr/{PATH}"]
    assert paths[2] == "konnect/portals/acme-portal/applications/checkout/dcr_client_id"
    assert world.kong.curity_traffic.sent == [] and world.kong.traffic.sent == [] and PATH not in world.vault.kept


def test_a_plan_names_the_rights_that_only_a_write_can_tell(world: StepWorld) -> None:
    assert any("Portals: Admin" in warning for warning in plan(world).warnings)


def test_a_deleted_application_is_created_again_for_the_same_client(world: StepWorld) -> None:
    converge(world)
    client_id = kept(world)["client_id"]
    world.kong.forget(Application)
    converge(world)

    assert works(world) and kept(world)["client_id"] == client_id


def test_an_application_with_another_strategy_is_a_conflict_unless_the_rules_overwrite(world: StepWorld) -> None:
    converge(world)
    client_id = kept(world)["client_id"]
    the_application(world).strategy_id = OTHER
    with pytest.raises(Conflict, match="deleted and created again"):
        converge(world)
    converge(world, rules={"on_conflict": "overwrite"})

    assert works(world) and kept(world)["client_id"] == client_id
    assert the_application(world).strategy_id == STRATEGY


def test_another_owner_in_the_tenant_becomes_the_owner_in_konnect(world: StepWorld) -> None:
    converge(world)
    outcome = converge(world, **of_team(world))

    assert [change.path.rsplit("/", 1)[-1] for change in outcome.changes] == ["owner", "owner_type", "owner"]
    assert (kept(world)["owner_type"], kept(world)["owner"]) == ("team", world.kong.team.name)
    assert the_application(world).owner_type == "team" and works(world)


def test_the_owner_is_not_changed_without_the_tenants_lock(world: StepWorld) -> None:
    converge(world)
    world.kong.traffic.clear()
    world.locks.held.clear()

    with pytest.raises(LostLock):
        converge(world, **of_team(world))
    assert world.kong.traffic.writes() == [] and the_application(world).owner_type == "developer"


def test_another_owners_application_with_our_client_is_a_conflict(world: StepWorld) -> None:
    converge(world)
    the_application(world).owner_type, the_application(world).owner_id = "team", world.kong.team.id
    world.vault.change(PATH, state="registered", application_id="")

    with pytest.raises(Conflict, match="another owner's application"):
        converge(world)
    converge(world, rules={"on_conflict": "overwrite"})
    assert works(world)


def test_what_cannot_be_changed_in_place_is_a_warning_that_names_the_way_out(world: StepWorld) -> None:
    converge(world)
    other = {"description": "Another", "redirect_uri": "https://other.example/callback"}

    for outcome in (plan(world, asked=other), converge(world, asked=other)):
        assert outcome.changes == ()
        (warning,) = outcome.warnings
        assert "description and redirect_uri differ" in warning and "--replace checkout" in warning


def test_an_application_that_konnect_shows_with_another_client_is_not_believed(world: StepWorld) -> None:
    converge(world)
    the_application(world).client_id = "somebody-elses"

    with pytest.raises(CheckFailed, match="somebody-elses"):
        converge(world)


def test_new_connection_details_are_kept_beside_the_same_credentials(world: StepWorld) -> None:
    converge(world)
    world.vault.change(PATH, token_endpoint="https://old.example/token")
    outcome = converge(world)

    assert [change.path for change in outcome.changes] == [f"vault://dcr/{PATH}/token_endpoint"]
    assert works(world) and "old" not in kept(world)["token_endpoint"]


def test_what_somebody_else_put_in_our_place_stays(world: StepWorld) -> None:
    world.vault.keep(PATH, {"note": "mine"}, ours=False)

    assert "did not write" in plan(world).problems[0].fault
    with pytest.raises(Problems):
        converge(world)
    assert world.kong.curity_traffic.sent == []


def test_an_application_stays_with_its_way(world: StepWorld) -> None:
    converge(world)

    (problem,) = plan(world, asked={"way": "portal"}).problems
    assert "way 'import'" in problem.fault


@pytest.mark.parametrize(("approval", "status"), [("automatic", "approved"), ("by this run", "approved"), ("by a portal admin", "pending")])
def test_an_admin_registers_it_for_its_apis_without_a_session(world: StepWorld, approval: str, status: str) -> None:
    converge_all(world, registration_approval=approval)

    assert statuses(world) == [status, status]
    assert not any(path.startswith("/api/v3") for _, path, _ in world.kong.traffic.sent)


def test_only_an_import_with_a_client_can_be_replaced(world: StepWorld) -> None:
    ctx = a_context(world, facts_of(world), tenant=a_tenant(applications=[ASKED, ASKED | {"name": "by-hand", "way": "portal"}]))
    with pytest.raises(Problems) as refused:
        clients_to_replace(ctx, ["checkout", "by-hand", "nowhere"])

    assert [problem.field for problem in refused.value.problems] == ["replace checkout", "replace by-hand", "replace nowhere"]


def test_a_registration_is_never_read(world: StepWorld) -> None:
    converge_all(world)
    converge_all(world, replace=[kept(world)["client_id"]])

    sent = {method for method, path, _ in world.kong.curity_traffic.sent if path.startswith(REGISTRATION_PATH)}
    assert sent == {"POST", "DELETE"}


def test_what_is_taken_away_is_the_application_its_client_and_its_record(world: StepWorld) -> None:
    theirs = world.kong.application(name="by-hand")
    converge_all(world)

    assert take_away(world)
    assert world.kong.made(Application) == [theirs] and world.kong.clients() == [theirs.client_id]
    assert world.kong.made(Registration) == [] and PATH not in world.vault.kept
    assert not take_away(world)


def test_where_there_is_nothing_of_ours_nothing_is_taken_away(world: StepWorld) -> None:
    assert not take_away(world)
    world.vault.keep(PATH, {"note": "mine"}, ours=False)

    assert not take_away(world)
    assert kept(world) == {"note": "mine"} and world.kong.traffic.writes() == []


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"state": "registered", "application_id": ""}, "Vault did not hear of the adoption"),
        ({"client_secret": ""}, "a person emptied the secret"),
    ],
)
def test_an_unfinished_application_is_taken_away_whole(world: StepWorld, damage: dict[str, str], reason: str) -> None:
    converge(world)
    world.vault.change(PATH, **damage)

    assert take_away(world)
    assert (world.kong.made(Application), world.kong.clients(), PATH in world.vault.kept) == ([], [], False), reason


def test_nothing_is_taken_away_without_the_tenants_lock(world: StepWorld) -> None:
    converge(world)
    world.kong.traffic.clear()
    world.locks.held.clear()

    with pytest.raises(LostLock):
        take_away(world)
    assert works(world) and world.kong.traffic.writes() == []
