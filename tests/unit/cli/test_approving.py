"""Approval at the terminal: only where the house asks for it, and only by a person."""

from __future__ import annotations

import pytest

from cli.approving import ask
from dcr.errors import Refused
from dcr.model.platform import Approval, Rules
from dcr.results.outcome import Outcome
from dcr.steps.context import Run
from tests.unit.cli.contexts import look, run
from tests.unit.rendering import values

FOUND = look(Outcome(changes=values.CHANGES))


def asking(approval: Approval) -> Run:
    rules = Rules(approval=approval, allowed_hosts=("localhost:*",))
    return run(run().platform.model_copy(update={"rules": rules}))


def person(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("cli.approving.typer.prompt", lambda *_words, **_options: answer)


def test_nobody_is_asked_where_the_house_does_not_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    ask(asking(Approval.NONE), FOUND)
    ask(asking(Approval.ON_OVERWRITE), look(Outcome(changes=values.CHANGES[:2])))


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
