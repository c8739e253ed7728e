"""The main job, end to end, over real sockets: from nothing to a verified request."""

from __future__ import annotations

from dcr.results.changes import KNOWN_AFTER_APPLY, Stage
from dcr.results.report import Verdict
from tests.sandbox_fixture import LivingWorld

COUNTED = ("curity-admin", "curity-runtime", "konnect", "portal")


def test_a_tenant_goes_from_nothing_to_a_verified_request(living: LivingWorld) -> None:
    finished = living.onboard()
    assert not finished.failure
    assert [(stage.stage, stage.verdict) for stage in finished.report.stages] == [
        (stage, Verdict.OK) for stage in Stage if stage is not Stage.REMOVAL
    ]


def test_a_report_knows_what_the_plan_could_not(living: LivingWorld) -> None:
    report = living.onboard().report
    assert report.changes
    assert [change.path for change in report.changes if change.after == KNOWN_AFTER_APPLY] == []


def test_a_second_onboarding_writes_nothing_but_its_lock_and_asks_little(living: LivingWorld) -> None:
    living.onboard()
    living.forget_requests()
    finished = living.onboard()
    assert not finished.failure
    assert finished.report.changes == ()
    asked = living.requests("curity-admin", "konnect", "portal")
    assert [one for one in asked if one[1] != "GET" and not one[2].endswith("/authenticate")] == []
    rows = {row.system: row.reads + row.writes for row in finished.report.requests}
    assert rows["curity"] + rows["oauth"] + rows["konnect"] + rows["portal"] <= 20
