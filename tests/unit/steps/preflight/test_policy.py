"""A tenant outside the platform's policy is a problem for who writes, and a failed claim for who only looks."""

from __future__ import annotations

from dcr.engine.observe import Observation, observe_one
from dcr.engine.record import Record
from dcr.results.changes import Stage
from dcr.results.report import Verdict
from dcr.steps.preflight import policy
from dcr.steps.table import POLICY, TABLE, VAULT_ACCESS
from tests.unit.steps.contexts import StepWorld, a_context, a_platform, a_tenant, facts, planned

GRANTS = [{"slugs": ["acme"], "portals": ["their-portal"], "visibilities": ["private"]}]


def test_a_tenant_that_is_allowed_has_nothing_to_be_told() -> None:
    found = planned(policy, StepWorld(), facts())
    assert (found.problems, found.claims) == ((), ())


def test_what_is_not_allowed_stops_a_run_and_stands_in_its_plan() -> None:
    platform, tenant = a_platform(grants=GRANTS), a_tenant()
    observed = observe_one(POLICY, "", a_context(StepWorld(), platform=platform, tenant=tenant))
    plan = Observation((observed,)).plan(platform, tenant)
    assert [problem.field for problem in plan.problems] == ["tenant.portal"]
    assert not plan.possible


def test_an_accepted_tenant_that_the_policy_no_longer_allows_is_a_failed_claim_told_once() -> None:
    platform, tenant = a_platform(grants=GRANTS), a_tenant(visibility="public")
    observed = observe_one(POLICY, "", a_context(StepWorld(), platform=platform, tenant=tenant))
    record = Record(platform, tenant, "check of acme")
    with record.stage(Stage.PREFLIGHT):
        record.keep_observed([observed.outcome], drift=False)
    report = record.report()
    assert report.verdict is Verdict.FAILED
    assert [claim.what for claim in report.claims] == [
        "tenant.portal is allowed by the platform's policy",
        "tenant.visibility is allowed by the platform's policy",
    ]
    assert "rules.grants[0].portals of the platform allows their-portal" in report.summary


def test_it_is_asked_before_any_system_but_the_vault() -> None:
    assert TABLE[:2] == (VAULT_ACCESS, POLICY)
    assert POLICY.systems == frozenset()
