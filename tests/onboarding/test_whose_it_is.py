"""Whoever may start a run may type any slug. What is somebody else's, or was asked for anew since, is not overwritten in passing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dcr.engine.observe import Observation
from dcr.engine.offboarding import Leaving, Level, leaving_tenant
from dcr.engine.onboarding import Finished, nobody
from dcr.engine.run import InThisProcess, Look, Run
from dcr.errors import Conflict, LostLock, Problems, Refused
from dcr.model.platform import Approval
from dcr.model.request import Request
from dcr.model.tenant import Tenant
from dcr.results.changes import Stage
from dcr.results.plan import Plan
from dcr.results.report import Decision, Verdict
from dcr.steps.preflight.accepted import AcceptedRecord, remembered
from dcr.vault import paths
from tests.onboarding.requesting import DECISION, LAST_WEEK, NOW, OWNER, SINCE, SPEC, Requests, mallory, of, quiet
from tests.sandbox_fixture import LivingWorld

# a: somebody else asks for acme


def test_another_requester_is_refused_before_any_write_and_no_credential_leaves(living: LivingWorld, requests: Requests) -> None:
    requests.begin_with()
    before, kept = living.state("konnect"), requests.record()
    living.forget_requests()
    assert isinstance(requests.run(mallory(living)).error, Problems), "its paths are no routes of the APIs' services"
    finished = requests.run(of(living.tenant, requested_by="mallory@evil.example"))
    assert isinstance(finished.error, Conflict)
    assert f"tenant acme belongs to jane.doe@acme.example, who onboarded it on {kept.owned_since[:10]}" in str(finished.error)
    assert f"--take '{OWNER}'" in str(finished.error)
    assert (requests.writes(), requests.with_credentials()) == ([], [])
    assert (living.state("konnect"), requests.record()) == (before, kept)
    assert finished.report.verdict is Verdict.FAILED


def test_who_takes_the_tenant_over_on_purpose_owns_it_then(living: LivingWorld, requests: Requests) -> None:
    requests.begin_with()
    grace = of(living.tenant, requested_by="grace@acme.example")
    finished = requests.run(grace, None, OWNER)
    assert not finished.failure
    (change,) = finished.report.changes
    assert (change.path, change.taken) == (OWNER, True)
    assert "taken over, as asked: tenant acme belongs to jane.doe@acme.example" in str(change)
    assert requests.record().owner == "grace@acme.example"
    retried = requests.run(grace, None, OWNER)
    assert (retried.failure, retried.report.changes) == ("", ()), "what was taken over already needs nothing"
    assert isinstance(living.onboard().error, Conflict), "it is no longer jane's"


def test_a_takeover_is_approved_where_the_policy_asks_a_person(living: LivingWorld, requests: Requests) -> None:
    requests.begin_with()
    grace = of(living.tenant, requested_by="grace@acme.example")
    shown: list[Plan] = []

    def approve(plan: Plan) -> Decision:
        shown.append(plan)
        return DECISION

    assert isinstance(requests.run(grace, None, OWNER, approval=Approval.ON_OVERWRITE).error, Refused)
    assert not requests.run(grace, None, OWNER, approval=Approval.ON_OVERWRITE, approve=approve).failure
    (asked,) = shown
    assert asked.possible and [change.path for change in asked.changes if change.taken] == [OWNER]


# b: what is asked for is shown, old and new


def test_the_plan_shows_every_leaf_old_and_new_and_whose_it_is(living: LivingWorld, requests: Requests) -> None:
    requests.begin_with()
    plan = requests.plan(mallory(living), NOW)
    shown = {change.path.removeprefix(f"{SPEC}/"): (change.before, change.after) for change in plan.changes if change.path.startswith(SPEC)}
    assert shown == {
        "apis/Orders v1/path": ("/orders", "/unlinked"),
        "apis/Payments v1/path": ("/payments", "/unlinked"),
        "applications/orders-client/redirect_uri": ("https://orders.acme.example/callback", "https://mallory.example/callback"),
        "requested_by": ("jane.doe@acme.example", "mallory@evil.example"),
    }
    assert [stop.field for stop in plan.stops] == [OWNER]
    assert requests.plan(mallory(living), NOW, OWNER).stops == ()


@pytest.mark.parametrize(
    ("take", "fault"),
    [
        ("vault/tenants/acme/spec/requestedby", "is nothing in the plan"),  # a slip, while a conflict stops the run
        (f"{SPEC}/ticket", "differs, but belongs to nobody else, so nothing has to be taken over"),
        ("acme", "is nothing in the plan"),
    ],
)
def test_a_path_that_takes_nothing_over_is_a_problem_before_any_write(
    living: LivingWorld, requests: Requests, take: str, fault: str
) -> None:
    requests.begin_with()
    grace = of(living.tenant, requested_by="grace@acme.example", ticket="ACME-2")
    finished = requests.run(grace, None, take)
    assert isinstance(finished.error, Problems)
    assert f"take {take}: {fault}" in str(finished.error)
    assert (requests.writes(), requests.record().generation) == ([], 1)
    assert f"take {take}" in [problem.field for problem in requests.plan(grace, NOW, take).problems]


# h: two runs of one tenant


class Overtaken(InThisProcess):
    """A process that is suspended right after it has looked, for so long that its lock is gone and another run has come and gone."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(quiet)
        object.__setattr__(self, "pending", [lambda: None, meanwhile])  # Vault is looked at first, alone

    def observe(self, look: Look) -> Observation:
        seen = look()
        pending: list[Callable[[], None]] = self.pending  # type: ignore[attr-defined]
        if pending:
            pending.pop(0)()
        return seen


def uris(living: LivingWorld) -> set[str]:
    """Where the portal's applications send browsers, which is of one specification or of the other."""
    found = living.state("konnect")["applications"]
    return {uri for one in found for uri in one["redirect_uris"] if "orders" in one["name"]}


@pytest.mark.parametrize(("late", "early"), [(NOW, SINCE), (SINCE, NOW)])
def test_a_run_that_another_has_overtaken_while_it_waited_ends_whole_or_is_refused(
    living: LivingWorld, requests: Requests, late: Request, early: Request
) -> None:
    ours, theirs = of(living.tenant, "https://ours.example/callback"), of(living.tenant, "https://theirs.example/callback")
    requests.begin_with()
    inner: list[Finished] = []

    def approve(_plan: Plan) -> Decision:
        if not inner:
            inner.append(requests.run(theirs, early))
        return DECISION

    finished = requests.run(ours, late, approve=approve, approval=Approval.ALWAYS)
    assert [one.failure for one in inner] == [""]
    if late is NOW:
        assert not finished.failure and finished.report.verdict is Verdict.OK
        assert requests.plan(ours, NOW).changes == ()
    else:
        assert isinstance(finished.error, Conflict) and "superseded by run patient-owl (3), accepted at" in str(finished.error)
        assert requests.plan(theirs, NOW).changes == ()


@pytest.mark.parametrize(("late", "refusal"), [(NOW, LostLock), (SINCE, Conflict)])
def test_a_run_that_was_suspended_after_its_look_never_reports_a_mixture(
    living: LivingWorld, requests: Requests, late: Request, refusal: type[Exception]
) -> None:
    ours, theirs = of(living.tenant, "https://ours.example/callback"), of(living.tenant, "https://theirs.example/callback")
    requests.begin_with()

    def meanwhile() -> None:
        requests.empty(paths.tenant_lock("acme"))
        assert not requests.run(theirs, replace(NOW, run_id="4", requested_at="2026-11-07T06:00:00Z")).failure
        living.forget_requests()

    finished = requests.run(ours, late, execution=Overtaken(meanwhile))
    assert isinstance(finished.error, refusal)
    assert finished.report.verdict is Verdict.FAILED
    assert requests.writes() == []


# i: a late retry


def test_a_crashed_run_of_last_week_that_is_retried_overwrites_nothing_newer(living: LivingWorld, requests: Requests) -> None:
    old, new = of(living.tenant, "https://old.example/callback"), of(living.tenant, "https://new.example/callback")
    crashed = begun(living, old, LAST_WEEK)
    assert crashed.run_id == LAST_WEEK.run_id
    assert not requests.run(new, SINCE).failure
    living.forget_requests()
    retried = requests.run(old, LAST_WEEK)
    assert isinstance(retried.error, Conflict)
    assert f"superseded by run quick-fox (2), accepted at {requests.record().accepted_at}" in str(retried.error)
    assert requests.writes() == []
    assert requests.plan(new, NOW).changes == ()


def test_a_person_may_force_an_older_request(living: LivingWorld, requests: Requests) -> None:
    old, new = of(living.tenant, "https://old.example/callback"), of(living.tenant, "https://new.example/callback")
    assert not requests.run(new, SINCE).failure
    forced = requests.run(old, LAST_WEEK, SPEC)
    assert not forced.failure
    assert [change.path for change in forced.report.changes if change.taken] == [SPEC]
    assert requests.run(old, LAST_WEEK, SPEC).report.changes == ()
    assert isinstance(requests.run(new, SINCE).error, Conflict), "the forced one is the newest"


def test_a_crashed_run_that_nobody_has_overtaken_goes_on(living: LivingWorld, requests: Requests) -> None:
    old = of(living.tenant, "https://old.example/callback")
    begun(living, old, LAST_WEEK)
    assert not requests.run(old, LAST_WEEK).failure
    assert requests.record().generation == 1


def begun(living: LivingWorld, tenant: Tenant, request: Request) -> AcceptedRecord:
    """A run that is gone once its tenant was accepted."""
    systems = living.systems()
    try:
        ctx = replace(living.context(systems, tenant), request=request)
        run = Run(ctx, request.run, InThisProcess(quiet))
        with run.writing(nobody):
            run.converge(Stage.CURITY_CONFIGURATION)
        return remembered(ctx.fresh())
    finally:
        systems.close()


# j: an approved plan, and what became of the world while it waited


EMPTIED = "vault://dcr/tenants/acme/applications/orders-client"


def asked_again(requests: Requests, living: LivingWorld, *take: str) -> tuple[Finished, list[list[str]]]:
    """A plan that is approved, while an operator empties the record of an application that is not in it; and what was shown."""
    requests.begin_with()
    wanted = of(living.tenant, visibility="public")
    shown: list[list[str]] = []

    def approve(plan: Plan) -> Decision:
        shown.append([change.path for change in plan.changes])
        if len(shown) == 1:
            requests.empty("tenants/acme/applications/orders-client")
        return DECISION

    return requests.run(wanted, NOW, *take, approve=approve, approval=Approval.ALWAYS), shown


def test_what_was_emptied_while_the_plan_waited_is_asked_for_again(living: LivingWorld, requests: Requests) -> None:
    finished, shown = asked_again(requests, living, EMPTIED)
    assert not finished.failure
    assert len(shown) == 2 and set(shown[0]) < set(shown[1])
    assert EMPTIED not in shown[0] and EMPTIED in shown[1]


def test_what_was_emptied_while_the_plan_waited_is_nobodys_to_take(living: LivingWorld, requests: Requests) -> None:
    finished, shown = asked_again(requests, living)
    assert isinstance(finished.error, Conflict) and f"--take '{EMPTIED}'" in str(finished.error)
    assert len(shown) == 1 and requests.writes() == []


# protected


@pytest.mark.parametrize("level", Level)
def test_a_protected_tenant_is_not_offboarded(living: LivingWorld, requests: Requests, level: Level) -> None:
    protected = of(living.tenant, protected=True)
    requests.begin_with(protected)
    systems = living.systems()
    try:
        with pytest.raises(Refused) as refused:
            leaving_tenant(systems.vault, Leaving("acme", level, "jane"))
    finally:
        systems.close()
    assert "protected is on" in refused.value.problem and "protected off" in refused.value.remedy
    assert living.requests("curity-admin", "konnect", "portal", "gateway") == []
    assert requests.record().exists
