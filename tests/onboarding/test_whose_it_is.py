"""Whoever may start a run may type any slug. What is somebody else's, or was asked for anew since, is not overwritten in passing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dcr.engine.observe import Observation, observe
from dcr.engine.offboarding import Level, offboard
from dcr.engine.onboarding import Finished, nobody, onboard
from dcr.engine.permission import Mandate
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
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import remove_value

SPEC = "vault/tenants/acme/spec"
OWNER = f"{SPEC}/requested_by"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
DECISION = Decision(approved=True, by="jane", reason="as agreed")
FIRST = Request("early-bird (0)", "0", "2026-10-01T06:00:00Z")
LAST_WEEK = Request("crashed-otter (1)", "1", "2026-11-01T06:00:00Z")
SINCE = Request("quick-fox (2)", "2", "2026-11-05T06:00:00Z")
NOW = Request("patient-owl (3)", "3", "2026-11-08T06:00:00Z")


def quiet(_seconds: float) -> None:
    """Nothing sleeps."""


@dataclass(slots=True)
class Requests:
    """Runs and plans at one world, each as a process of its own would make it."""

    living: LivingWorld

    def run(
        self,
        tenant: Tenant | None = None,
        request: Request | None = None,
        *take: str,
        approve: Callable[[Observation], Decision] | None = None,
        execution: InThisProcess | None = None,
        approval: Approval = Approval.NONE,
    ) -> Finished:
        rules = self.living.platform.rules.model_copy(update={"approval": approval})
        systems = self.living.systems()
        try:
            ctx = self.living.context(systems, tenant, self.living.platform.model_copy(update={"rules": rules}))
            asked = replace(ctx, request=request)
            return onboard(asked, execution or InThisProcess(quiet), "test", approve or nobody, Mandate(take=frozenset(take)))
        finally:
            systems.close()

    def plan(self, tenant: Tenant, request: Request, *take: str) -> Plan:
        systems = self.living.systems()
        try:
            ctx = replace(self.living.context(systems, tenant), request=request)
            return observe(ctx, sleep=quiet).plan(ctx.platform, ctx.tenant, Mandate(take=frozenset(take)))
        finally:
            systems.close()

    def record(self) -> AcceptedRecord:
        systems = self.living.systems()
        try:
            return remembered(self.living.context(systems))
        finally:
            systems.close()

    def empty(self, path: str) -> None:
        """An operator removes what Vault keeps at a path."""
        remove_value(self.living.world, path)

    def writes(self) -> list[tuple[str, str, str]]:
        """To the vendors' systems; logins at the portal apart."""
        asked = self.living.requests("curity-admin", "konnect", "portal")
        return [one for one in asked if one[1] in WRITES and not one[2].endswith("/authenticate")]

    def with_credentials(self) -> list[tuple[str, str, str]]:
        """Where an application's credentials may have gone."""
        return [one for one in self.living.requests("gateway", "curity-runtime") if "/.well-known/" not in one[2]]

    def begin_with(self, tenant: Tenant | None = None) -> None:
        """The tenant was onboarded long ago."""
        assert not self.run(tenant, FIRST).failure
        self.living.forget_requests()


@pytest.fixture
def requests(living: LivingWorld) -> Requests:
    return Requests(living)


def of(tenant: Tenant, uri: str = "", **changed: Any) -> Tenant:
    """The tenant with some fields changed, and with another redirect URI for its first application."""
    plain = tenant.model_dump(mode="json") | changed
    if uri:
        plain["applications"][0]["redirect_uri"] = uri
    return Tenant.model_validate(plain)


def mallory(living: LivingWorld) -> Tenant:
    """Acme's application, sent to another path, its browser to another host."""
    apis = [one.model_dump(mode="json") | {"path": "/unlinked"} for one in living.tenant.apis]
    return of(living.tenant, "https://mallory.example/callback", apis=apis, requested_by="mallory@evil.example")


# a: somebody else asks for acme


def test_another_requester_is_refused_before_any_write_and_no_credential_leaves(living: LivingWorld, requests: Requests) -> None:
    requests.begin_with()
    before, kept = living.state("konnect"), requests.record()
    living.forget_requests()
    finished = requests.run(mallory(living))
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

    def approve(observation: Observation) -> Decision:
        shown.append(observation.plan(living.platform, grace))
        return DECISION

    assert isinstance(requests.run(grace, None, OWNER, approval=Approval.ON_OVERWRITE).error, Refused)
    assert not requests.run(grace, None, OWNER, approval=Approval.ON_OVERWRITE, approve=approve).failure
    (plan,) = shown
    assert plan.possible and [change.path for change in plan.changes if change.taken] == [OWNER]


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

    def approve(_observation: Observation) -> Decision:
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

    def approve(observation: Observation) -> Decision:
        shown.append([change.path for change in observation.changes])
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
        finished = offboard(living.context(systems, protected), InThisProcess(quiet), "test", level)
    finally:
        systems.close()
    assert isinstance(finished.error, Refused)
    assert "protected is on" in finished.error.problem and "protected off" in finished.error.remedy
    assert living.requests("curity-admin", "konnect", "portal", "gateway") == []
    assert requests.record().exists
