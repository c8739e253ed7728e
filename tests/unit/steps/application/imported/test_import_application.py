"""An application of the way `import`: what is registered, what Konnect adopts, what Vault keeps, and what is left alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dcr.errors import CheckFailed, Conflict, Problems
from dcr.steps.application.imported.application import clients_to_replace
from tests.unit.curity.runtime.registrar import REGISTRATION_PATH
from tests.unit.steps.application.one_import import ASKED, PATH, STRATEGY, converge, converge_all, kept, prepared, works
from tests.unit.steps.contexts import Surroundings, a_tenant


@pytest.fixture
def around() -> Surroundings:
    return prepared()


def the_application(around: Surroundings) -> Any:
    (only,) = around.region.applications
    return only


def test_the_client_is_registered_stored_and_adopted(around: Surroundings) -> None:
    outcome = converge(around)

    assert works(around)
    assert outcome.facts == {
        "application.checkout.id": kept(around)["application_id"],
        "application.checkout.client_id": kept(around)["client_id"],
    }
    assert the_application(around)["owner"] == {"type": "developer", "id": around.region.developers[0]["id"]}


def test_a_team_owns_it_if_the_tenant_says_so(around: Surroundings) -> None:
    converge(around, owner_type="team", owner="Shop team")

    assert the_application(around)["owner"]["type"] == "team"


def test_what_is_asked_of_curity_is_enough_for_a_machine(around: Surroundings) -> None:
    converge(around)
    (client,) = around.curity.clients.values()

    assert (client["client_name"], client["redirect_uris"]) == ("acme-checkout", [ASKED["redirect_uri"]])
    assert client["grant_types"] == ["client_credentials"]


def test_the_record_says_until_when_the_registration_can_be_managed(around: Surroundings) -> None:
    converge(around)
    registered, writes, expires = (
        datetime.fromisoformat(kept(around)[name]) for name in ("registered_at", "registration_write_until", "registration_expires_at")
    )

    assert ((writes - registered).days, (expires - registered).days) == (28, 365)


def test_a_second_run_writes_nothing_and_asks_once(around: Surroundings) -> None:
    first = converge(around)
    around.region.sent.clear()
    around.curity.sent.clear()
    second = converge(around)

    assert second.changes == () and second.facts == first.facts
    assert [(method, path.rsplit("/", 1)[-1]) for method, path, _ in around.region.sent] == [("GET", kept(around)["application_id"])]
    assert around.curity.sent == []


def test_a_plan_shows_client_secret_and_application_and_registers_nothing(around: Surroundings) -> None:
    outcome = converge(around, write=False)

    paths = [change.path for change in outcome.changes]
    assert paths[:2] == ["curity/clients/acme-checkout", f"vault://dcr/{PATH}"]
    assert paths[2] == "konnect/portals/acme-portal/applications/checkout/dcr_client_id"
    assert around.curity.sent == [] and around.region.sent == [] and PATH not in around.vault.kept


def test_a_plan_names_the_rights_that_only_a_write_can_tell(around: Surroundings) -> None:
    assert any("Portals: Admin" in warning for warning in converge(around, write=False).warnings)


def test_a_deleted_application_is_created_again_for_the_same_client(around: Surroundings) -> None:
    converge(around)
    client_id = kept(around)["client_id"]
    around.region.applications.clear()
    converge(around)

    assert works(around) and kept(around)["client_id"] == client_id


def test_an_application_with_another_strategy_is_a_conflict_unless_the_rules_overwrite(around: Surroundings) -> None:
    converge(around)
    client_id = kept(around)["client_id"]
    the_application(around)["auth_strategy"]["id"] = around.region.new_id()
    with pytest.raises(Conflict, match="deleted and created again"):
        converge(around)
    converge(around, rules={"on_conflict": "overwrite"})

    assert works(around) and kept(around)["client_id"] == client_id
    assert the_application(around)["auth_strategy"]["id"] == STRATEGY


def test_another_owner_in_the_tenant_becomes_the_owner_in_konnect(around: Surroundings) -> None:
    converge(around)
    outcome = converge(around, owner_type="team", owner="Shop team")

    assert [change.path.rsplit("/", 1)[-1] for change in outcome.changes] == ["owner"]
    assert the_application(around)["owner"]["type"] == "team" and works(around)


def test_another_owners_application_with_our_client_is_a_conflict(around: Surroundings) -> None:
    converge(around)
    the_application(around)["owner"] = {"type": "team", "id": around.region.new_id()}
    values, version = around.vault.kept[PATH]
    around.vault.kept[PATH] = ({**values, "state": "registered", "application_id": ""}, version)

    with pytest.raises(Conflict, match="another owner's application"):
        converge(around)
    converge(around, rules={"on_conflict": "overwrite"})
    assert works(around)


def test_what_cannot_be_changed_in_place_is_a_warning_that_names_the_way_out(around: Surroundings) -> None:
    converge(around)
    outcome = converge(around, asked={"description": "Another", "redirect_uri": "https://other.example/callback"})

    assert outcome.changes == ()
    (warning,) = outcome.warnings
    assert "description and redirect_uri differ" in warning and "--replace checkout" in warning


def test_an_application_that_konnect_shows_with_another_client_is_not_believed(around: Surroundings) -> None:
    converge(around)
    the_application(around)["client_id"] = "somebody-elses"

    with pytest.raises(CheckFailed, match="somebody-elses"):
        converge(around)


def test_new_surroundings_are_kept_beside_the_same_credentials(around: Surroundings) -> None:
    converge(around)
    values, version = around.vault.kept[PATH]
    around.vault.kept[PATH] = ({**values, "token_endpoint": "https://old.example/token"}, version)
    outcome = converge(around)

    assert [change.path for change in outcome.changes] == [f"vault://dcr/{PATH}/token_endpoint"]
    assert works(around) and "old" not in kept(around)["token_endpoint"]


def test_what_somebody_else_put_in_our_place_stays(around: Surroundings) -> None:
    around.vault.kept[PATH] = ({"note": "mine"}, 1)
    around.vault.foreign.add(PATH)

    assert "did not write" in converge(around, write=False).problems[0].fault
    with pytest.raises(Problems):
        converge(around)
    assert around.curity.sent == []


def test_an_application_stays_with_its_way(around: Surroundings) -> None:
    converge(around)

    (problem,) = converge(around, write=False, asked={"way": "portal"}).problems
    assert "way 'import'" in problem.fault


@pytest.mark.parametrize(("approval", "status"), [("automatic", "approved"), ("by this run", "approved"), ("by a portal admin", "pending")])
def test_an_admin_registers_it_for_its_apis_without_a_session(around: Surroundings, approval: str, status: str) -> None:
    converge_all(around, registration_approval=approval)

    assert [one["status"] for one in around.region.registrations] == [status, status]
    assert not any(path.startswith("/api/v3") for _, path, _ in around.region.sent)


def test_only_an_import_with_a_client_can_be_replaced(around: Surroundings) -> None:
    run = around.run(a_tenant(applications=[ASKED, ASKED | {"name": "by-hand", "way": "portal"}]))
    with pytest.raises(Problems) as refused:
        clients_to_replace(run, ["checkout", "by-hand", "nowhere"])

    assert [problem.field for problem in refused.value.problems] == ["replace checkout", "replace by-hand", "replace nowhere"]


def test_a_registration_is_never_read(around: Surroundings) -> None:
    converge_all(around)
    converge_all(around, replace=[kept(around)["client_id"]])

    assert {method for method, path in around.curity.sent if path.startswith(REGISTRATION_PATH)} == {"POST", "DELETE"}
