"""A tenant leaves and the platform is taken back, by a worker of a pool of its own: shown to a person, retried, repeated, proved."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.work_pools import OFFBOARDING, READING
from tests.engine.installation import Installation
from tests.engine.prefect_processes import until
from tests.engine.writes import accepted_writes
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import read_value

VERIFYING = "Konnect DCR verification"
YES = {"approve": True, "name": "Ada Approver", "reason": "As agreed in ACME-2077"}


@pytest.fixture
def untouched(living: LivingWorld) -> dict[str, list[str]]:
    """What there is before anybody is onboarded."""
    return made_for_tenants(living)


@pytest.fixture
def leaving(installed: Installation, living: LivingWorld, untouched: dict[str, list[str]]) -> Installation:
    """A tenant that is onboarded, and a worker that removes."""
    assert living.onboard().error is None
    living.forget_requests()
    installed.worker(OFFBOARDING)
    return installed


def offboard(prefect: Installation, **more: Any) -> str:
    """Start it as another program does, and return the run's id."""
    given = {"slug": "acme", "requested_by": "jane.doe@acme.example", "ticket": "ACME-2077"}
    return str(prefect.ask("offboard tenant", "offboard", given | more)["id"])


def dismantle(prefect: Installation) -> str:
    return str(prefect.ask("dismantle platform", "dismantle", {})["id"])


def made_for_tenants(living: LivingWorld) -> dict[str, list[str]]:
    """What there is at Konnect and at Curity, but for the client by which Konnect verified its provider."""
    clients = [one for one in living.state("curity-runtime")["registered_clients"] if one["client_name"] != VERIFYING]
    return {
        "applications": sorted(one["name"] for one in living.state("konnect")["applications"]),
        "clients": sorted(one["client_id"] for one in clients),
    }


def removals(prefect: Installation, run_id: str, *expected: str) -> None:
    """The run's tasks that take away are these; the server writes tasks down a moment after they have ended."""

    def named() -> set[str]:
        found = prefect.api.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
        return {one["name"].removeprefix("remove ") for one in found if one["name"].startswith("remove ")}

    until(f"the removals {expected}", lambda: {one.partition(" v1 in ")[0] for one in named()} == set(expected))


ACCESS = ("registrations orders-client", "registrations payments-client")
CREDENTIALS = (*ACCESS, "application orders-client", "application payments-client")
EVERYTHING = (*CREDENTIALS, "publication Orders", "publication Payments", "tenant record")


def test_what_would_go_is_shown_and_goes_once_a_person_approves_and_nobody_knows_the_tenant_then(
    leaving: Installation, living: LivingWorld, untouched: dict[str, list[str]]
) -> None:
    run_id = offboard(leaving)
    leaving.waiting(run_id)
    assert accepted_writes(living) == []
    plan = leaving.artifacts("plan-acme")[0]["data"]
    assert "- konnect/portals/acme-portal/applications/orders-client" in plan
    assert leaving.answer(run_id, **YES)["status"] == "ACCEPT"
    leaving.completed(run_id)
    run = leaving.run(run_id)
    assert run["name"] == "offboard-acme"
    assert {"dcr", "removes", "tenant:acme", "platform:sandbox"} <= set(run["tags"])
    assert made_for_tenants(living) == untouched
    receipt = read_value(living.world, "tenants/acme/receipt")
    assert (receipt["level"], receipt["requested_by"], receipt["ticket"]) == ("everything", "jane.doe@acme.example", "ACME-2077")
    assert run_id in receipt["run"]
    assert "by Ada Approver" in leaving.artifacts("tenant-acme")[0]["data"]
    removals(leaving, run_id, *EVERYTHING)

    living.forget_requests()
    again = offboard(leaving)
    leaving.completed(again)  # nothing is left to ask a person about
    assert accepted_writes(living) == []

    leaving.worker(READING)
    checked = leaving.ended(leaving.ask("check tenants", "check", {})["id"])
    assert (checked["name"], checked["message"]) == ("Clean", "0 tenants are as accepted, with credentials that work.")


def test_what_a_person_refuses_stays(leaving: Installation, living: LivingWorld) -> None:
    before = made_for_tenants(living)
    run_id = offboard(leaving)
    leaving.waiting(run_id)
    leaving.answer(run_id, approve=False, name="Ada Approver", reason="They stay after all")
    state = leaving.ended(run_id)
    assert state["type"] == "FAILED"
    assert "was refused by Ada Approver" in state["message"]
    assert accepted_writes(living) == []
    assert made_for_tenants(living) == before


def test_a_removal_that_fails_in_the_middle_says_why_and_a_retry_asks_about_what_is_left(
    leaving: Installation, living: LivingWorld, untouched: dict[str, list[str]]
) -> None:
    living.knobs("konnect", denied=["DELETE /v3/apis/"])  # publications, which go last
    run_id = offboard(leaving)
    leaving.waiting(run_id)
    leaving.answer(run_id, **YES)
    state = leaving.ended(run_id)
    assert state["name"] == "Failed"
    assert "/v3/apis/" in state["message"] and "403" in state["message"]
    assert made_for_tenants(living) == untouched
    living.knobs("konnect", denied=[])
    leaving.retry(run_id)
    leaving.waiting(run_id, time=2)
    plan = leaving.artifacts("plan-acme")[0]["data"]
    assert "publications/Orders" in plan and "applications/orders-client" not in plan
    leaving.answer(run_id, **YES)
    leaving.completed(run_id, attempt=2)
    removals(leaving, run_id, *EVERYTHING)
    receipt = read_value(living.world, "tenants/acme/receipt")
    assert "publications/Orders" in receipt["removed"]


def test_access_alone_can_be_taken_without_asking_anybody(leaving: Installation, living: LivingWorld) -> None:
    before = made_for_tenants(living)
    run_id = offboard(leaving, level="access", ask_a_person=False)
    leaving.completed(run_id)
    assert made_for_tenants(living) == before
    removals(leaving, run_id, *ACCESS)
    assert read_value(living.world, "tenants/acme/receipt")["level"] == "access"


def test_the_platform_is_taken_back_once_no_tenant_uses_it(leaving: Installation, living: LivingWorld) -> None:
    run_id = dismantle(leaving)
    state = leaving.ended(run_id)
    assert state["type"] == "FAILED"
    assert "is still used: accepted tenants (acme)" in state["message"]
    assert accepted_writes(living) == []
    assert offboarded(living).error is None
    living.forget_requests()
    leaving.retry(run_id)
    leaving.waiting(run_id)
    assert accepted_writes(living) == []
    assert "- konnect/dcr-providers/curity" in leaving.artifacts("plan-platform-sandbox")[0]["data"]
    leaving.answer(run_id, **YES)
    leaving.completed(run_id, attempt=2)
    assert [one["name"] for one in living.state("konnect")["dcr_providers"] if one["name"] == "curity"] == []
    assert "by Ada Approver" in leaving.artifacts("platform-sandbox")[0]["data"]


def test_an_onboarding_that_asks_for_less_shows_a_task_for_each_thing_that_goes(
    leaving: Installation, living: LivingWorld, untouched: dict[str, list[str]], acme: Any
) -> None:
    leaving.worker()
    less = acme | {"apis": acme["apis"][:1], "applications": [acme["applications"][0] | {"apis": [acme["apis"][0]["name"]]}]}
    with leaving.ruled({"removal": "apply"}):
        run_id = leaving.onboard(less)
        leaving.completed(run_id)
    removals(leaving, run_id, *ACCESS, "application payments-client", "publication Payments")
    assert sorted([*untouched["applications"], "orders-client"]) == made_for_tenants(living)["applications"]
