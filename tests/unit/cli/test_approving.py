"""Approval at the terminal: only by a person. Whether one is asked for is `dcr.engine.permission`'s to say."""

from __future__ import annotations

import pytest

from cli.approving import ask
from dcr.errors import Refused
from dcr.model.platform import Approval, Rules
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from tests.unit.cli.contexts import context, observation
from tests.unit.rendering import values

FOUND = observation(Outcome(changes=values.CHANGES)).plan(context().platform, context().tenant)


def asking(approval: Approval) -> StepContext:
    rules = Rules(approval=approval, allowed_hosts=("localhost:*",))
    return context(context().platform.model_copy(update={"rules": rules}))


def person(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("cli.approving.typer.prompt", lambda *_words, **_options: answer)


def test_without_a_terminal_nothing_is_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(Refused, match="standard input is no terminal"):
        ask(asking(Approval.ALWAYS), FOUND)


def test_typing_the_tenants_name_approves_what_was_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    person(monkeypatch, "acme")
    ask(asking(Approval.ON_OVERWRITE), FOUND)
    assert "conflict: other's" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["", "y", "ACME"])
def test_anything_else_refuses(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    person(monkeypatch, answer)
    with pytest.raises(Refused, match="the plan was not approved"):
        ask(asking(Approval.ALWAYS), FOUND)
