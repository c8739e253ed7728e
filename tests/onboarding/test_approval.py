"""A plan that waits for a person: nothing is locked meanwhile, everything is observed anew, and a plan that has grown is shown again."""

from __future__ import annotations

from collections.abc import Callable

from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import MOST_PLANS, InThisProcess
from dcr.errors import Refused
from dcr.model.platform import Approval, Platform
from dcr.model.tenant import Visibility
from dcr.results.changes import Change
from dcr.results.plan import Plan
from dcr.results.report import Decision
from sandbox.konnect.state import Strategy
from tests.sandbox_fixture import LivingWorld

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
DECISION = Decision(approved=True, by="jane", reason="as agreed")


def asking(living: LivingWorld) -> Platform:
    return living.platform.model_copy(update={"rules": living.platform.rules.model_copy(update={"approval": Approval.ALWAYS})})


def onboarded(living: LivingWorld, approve: Callable[[Plan], Decision]) -> Finished:
    systems = living.systems()
    try:
        ctx = living.context(systems, platform=asking(living))
        return onboard(ctx, InThisProcess(sleep=lambda _seconds: None), "test", approve)
    finally:
        systems.close()


def writes(living: LivingWorld) -> list[tuple[str, str, str]]:
    return [one for one in living.requests("curity-admin", "konnect") if one[1] in WRITES]


def test_nothing_is_locked_or_written_while_a_person_decides(living: LivingWorld) -> None:
    others: list[str] = []

    def approve(_plan: Plan) -> Decision:
        assert writes(living) == []
        other = living.tenant.model_copy(update={"visibility": Visibility.PRIVATE})
        others.append(living.onboard(other).failure)  # the same tenant, by a run that asks nobody: it gets the lock
        return DECISION

    finished = onboarded(living, approve)
    assert others == [""]
    assert (finished.failure, finished.report.changes) == ("", ())
    assert finished.report.approval == DECISION


def test_a_plan_that_has_grown_meanwhile_is_shown_again(living: LivingWorld) -> None:
    assert not living.onboard().failure
    shown: list[tuple[Change, ...]] = []

    def approve(plan: Plan) -> Decision:
        shown.append(plan.changes)
        if len(shown) == 1:
            rename(living, "auth strategy of somebody")
        return DECISION

    rename(living, "first")
    finished = onboarded(living, approve)
    assert not finished.failure
    assert len(shown) == 2 and shown[0] != shown[1]


def test_a_plan_that_never_stays_the_same_is_given_up(living: LivingWorld) -> None:
    asked: list[int] = []

    def approve(_plan: Plan) -> Decision:
        asked.append(1)
        rename(living, f"name {len(asked)}")
        return DECISION

    assert not living.onboard().failure
    rename(living, "first")
    finished = onboarded(living, approve)
    assert len(asked) == MOST_PLANS
    assert isinstance(finished.error, Refused) and "has changed" in str(finished.error)


def test_a_refusal_ends_the_run_before_any_write(living: LivingWorld) -> None:
    def refuse(_plan: Plan) -> Decision:
        raise Refused("approval", "the plan was not approved", "Nothing was written.")

    finished = onboarded(living, refuse)
    assert isinstance(finished.error, Refused)
    assert writes(living) == []


def rename(living: LivingWorld, name: str) -> None:
    """Somebody renames what onboarding made in Konnect."""
    organization = living.world.systems.organization
    with organization.lock:
        for strategy in organization.all(Strategy):
            strategy.display_name = name
