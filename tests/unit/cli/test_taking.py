"""`--take`: what it names reaches the run, the plan and the platform's own run; without it nothing is taken over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cli import main
from dcr.engine.observe import Observation, Observed
from dcr.engine.onboarding import Finished
from dcr.engine.permission import Mandate
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.table import TENANT_RECORD
from tests.unit.cli.contexts import ACME, context, offline
from tests.unit.rendering import values

PATH = "vault/tenants/acme/spec/requested_by"
FOREIGN = Change(Stage.PREFLIGHT, Scope.TENANT, PATH, "jane", "grace", "tenant acme belongs to jane")


@pytest.mark.parametrize(("command", "arguments"), [("onboard", [str(ACME)]), ("prepare", [])])
def test_a_run_is_told_what_it_may_take_over(monkeypatch: pytest.MonkeyPatch, command: str, arguments: list[str]) -> None:
    given: list[Mandate] = []

    def onboarded(_ctx: object, _execution: object, _label: str, _ask: Callable[..., object], mandate: Mandate) -> Finished:
        given.append(mandate)
        return Finished(values.report(error="", verdict=Verdict.OK))

    monkeypatch.setattr(f"cli.{command}.run_for", offline(context()))
    monkeypatch.setattr("cli.onboard.onboard_tenant" if command == "onboard" else "cli.prepare.onboard", onboarded)
    assert main([command, *arguments, "--take", PATH, "--take", "konnect/dcr-providers/curity/"]) == 0
    assert main([command, *arguments]) == 0
    assert [mandate.take for mandate in given] == [{PATH, "konnect/dcr-providers/curity/"}, frozenset()]


@pytest.mark.parametrize(
    ("take", "shown"),
    [
        ([], f"--take '{PATH}'"),
        (["--take", PATH], "taken over, as asked: tenant acme belongs to jane"),
        (["--take", "vault/slip"], "take vault/slip: is nothing in the plan"),
    ],
)
def test_a_plan_shows_what_would_be_taken_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], take: list[str], shown: str
) -> None:
    seen = Observation((Observed(TENANT_RECORD, "", Outcome(changes=(FOREIGN,))),))
    monkeypatch.setattr("cli.plan.run_for", offline(context()))
    monkeypatch.setattr("cli.plan.observe", lambda _ctx, sleep: seen)
    assert main(["plan", str(ACME), *take]) == (1 if "slip" in str(take) else 2)
    assert shown in capsys.readouterr().out
