"""`dcr onboard --replace`: by this command alone, and only what can be replaced."""

from __future__ import annotations

import pytest

from cli import main
from dcr.engine.onboarding import Finished
from dcr.results.report import Verdict
from dcr.steps.context import StepContext
from tests.unit.cli.contexts import ACME, context, offline
from tests.unit.rendering import values


def test_the_clients_to_replace_are_given_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[StepContext] = []

    def onboarded(run: StepContext, *_rest: object) -> Finished:
        given.append(run)
        return Finished(values.report(error="", verdict=Verdict.OK))

    monkeypatch.setattr("cli.onboard.run_for", offline(context()))
    monkeypatch.setattr("cli.onboard.clients_to_replace", lambda _run, names: frozenset(f"client of {name}" for name in names))
    monkeypatch.setattr("cli.onboard.onboard_tenant", onboarded)
    assert main(["onboard", str(ACME), "--replace", "payments-client"]) == 0
    assert main(["onboard", str(ACME)]) == 0

    assert [run.replace for run in given] == [{"client of payments-client"}, frozenset()]


def test_what_cannot_be_replaced_is_told_and_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("cli.onboard.run_for", offline(context()))

    assert main(["onboard", str(ACME), "--replace", "orders-client"]) == 1
    assert "no such application of the way 'import'" in capsys.readouterr().err


def test_a_flow_run_replaces_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["onboard", str(ACME), "--prefect", "--replace", "payments-client"]) == 64
    assert "--prefect" in capsys.readouterr().err
