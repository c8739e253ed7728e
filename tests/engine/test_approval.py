"""A person's approval by API: what is refused, asked again, or never answered writes nothing."""

from __future__ import annotations

from typing import Any

from tests.drift.mutations import provider, strategy
from tests.engine.installation import Installation
from tests.engine.writes import accepted_writes
from tests.sandbox_fixture import LivingWorld

ALWAYS = {"approval": "always"}
YES = {"approve": True, "name": "Ada Approver", "reason": "As agreed"}


def test_a_plan_that_changed_while_it_waited_is_asked_again_and_the_report_names_who_approved(
    prefect: Installation, living: LivingWorld, acme: Any
) -> None:
    assert living.onboard().error is None
    strategy({"display_name": "Somebody's"})(living)
    with prefect.ruled(ALWAYS):
        run_id = prefect.onboard(acme)
        prefect.waiting(run_id)
        assert "dcr-providers" not in prefect.artifacts("plan-acme")[0]["data"]
        provider({"display_name": "Somebody's"})(living)
        living.forget_requests()
        assert prefect.answer(run_id, **YES)["status"] == "ACCEPT"
        prefect.waiting(run_id, time=2)
        assert accepted_writes(living) == []
        assert "dcr-providers/curity/display_name" in prefect.artifacts("plan-acme")[0]["data"]
        assert prefect.answer(run_id, **YES | {"name": "Bea Approver"})["status"] == "ACCEPT"
        prefect.completed(run_id)
    assert "by Bea Approver" in prefect.artifacts("tenant-acme")[0]["data"]


def test_a_plan_that_is_refused_is_not_applied(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    with prefect.ruled(ALWAYS):
        run_id = prefect.onboard(acme)
        prefect.waiting(run_id)
        prefect.answer(run_id, approve=False, name="Ada Approver", reason="Not this week")
        state = prefect.ended(run_id)
    assert state["type"] == "FAILED"
    assert "was refused by Ada Approver" in state["message"]
    assert accepted_writes(living) == []


def test_a_plan_that_nobody_answers_in_time_is_refused(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    with prefect.ruled(ALWAYS, {"approval_seconds": 3}):
        state = prefect.ended(prefect.onboard(acme))
    assert state["type"] == "FAILED"
    assert "never resumed" in state["message"]
    assert accepted_writes(living) == []


def test_where_only_overwriting_needs_a_person_nobody_is_asked_about_a_new_tenant(
    prefect: Installation, living: LivingWorld, acme: Any
) -> None:
    with prefect.ruled({"approval": "on_overwrite", "on_conflict": "overwrite"}):
        prefect.completed(prefect.onboard(acme))
