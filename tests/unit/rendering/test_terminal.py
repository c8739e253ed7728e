"""Plans and reports in a terminal: complete, in order, and harmless."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from dcr.rendering.lines import as_text, change_lines, columns, show
from dcr.rendering.plan_text import plan_lines, preflight_lines
from dcr.rendering.report_text import report_lines
from dcr.results.changes import Change, Scope, Stage
from tests.unit.rendering import values


def test_a_plan_reads_in_the_order_of_writing_with_conflicts_and_impacts() -> None:
    assert as_text(plan_lines(values.plan())) == "\n".join(
        [
            "Plan for tenant acme on platform sandbox",
            "",
            "Changes, in the order of writing",
            "  curity configuration",
            "    + curity/access-token-as-jwt = true  [platform]",
            "        affects others: 3 other clients get JWTs",
            "    ~ curity/token-issuer/userinfo/signing-key: old-key -> default-signing-key  [platform]",
            "  portal binding",
            "    ~ konnect/publications/Orders v1/auth_strategy: key-auth -> curity-dcr",
            "        conflict: other's",
            "  application",
            "    + portal/applications/orders-client/id = (known after apply)",
            "    - portal/applications/retired (was there)",
            "",
            "Warnings",
            "  A restart may lose live changes.",
            "",
            "Left behind by earlier runs",
            "  curity: client orders-client-1, since 2026-11-23T10:00:00Z. Delete it.",
            "",
            "5 changes (2 to what all tenants share, 1 conflict).",
        ]
    )


def test_a_plan_without_changes_says_so() -> None:
    text = as_text(plan_lines(values.plan(changes=(), warnings=(), orphans=())))
    assert "  no changes\n" in text
    assert text.endswith("No changes.")


def test_problems_and_stops_are_told_with_what_they_mean() -> None:
    stopped = values.plan(problems=(values.problem(),), stops=(values.problem("konnect/dcr-providers/curity"),))
    for text in (as_text(plan_lines(stopped)), as_text(preflight_lines(stopped))):
        assert "konnect/portals/acme-portal: no such portal. Create it." in text
        assert "konnect/dcr-providers/curity: no such portal. Create it." in text
        assert text.endswith("Nothing can be written: 1 to fix, 1 forbidden by the platform's policy.")


def test_a_preflight_that_finds_nothing_amiss_says_so() -> None:
    assert as_text(preflight_lines(values.plan(changes=()))).endswith("Everything is there. No changes.")


def test_a_plan_that_could_not_look_does_not_say_that_nothing_differs() -> None:
    text = as_text(plan_lines(values.plan(changes=(), problems=(values.problem(),))))
    assert "No changes." not in text
    assert "No difference was found as far as could be looked." in text


def test_a_report_tells_how_it_ended_what_changed_what_is_proven_and_what_is_left() -> None:
    text = as_text(report_lines(values.report()))
    for part in (
        "Tenant acme on platform sandbox: failed",
        "asked for by  jane.doe@acme.example",
        "ticket        ACME-1042",
        "smoke test: a wrong secret was let in. Fix the gateway.",
        "ok      preflight   0.41 s  no changes",
        "failed  smoke test  1.25 s  1 of 3 claims shown",
        "ok       orders-client reaches Orders v1 at GET /orders",
        "GET https://localhost:46005/orders -> 200, 12 ms, 2026-11-23T10:00:00Z, request req-1",
        "failed   a wrong secret is refused\n           The gateway let it in.",
        "GET https://x/ -> no answer, 5000 ms",
        "vault://dcr/tenants/acme/applications/orders-client",
        "curity: client orders-client-1, since 2026-11-23T10:00:00Z",
        "A restart may lose live changes.",
        "Curity, Konnect and portal together: 16 (vault: 11; smoke test: 7)",
    ):
        assert part in text, part


def test_a_report_of_a_run_that_ended_at_once_still_renders() -> None:
    bare = values.report(stages=(), changes=(), claims=(), vault_paths=(), orphans=(), warnings=(), requests=(), ticket="")
    text = as_text(report_lines(bare))
    assert "no changes" in text
    assert "Requests" not in text
    assert "ticket" not in text


def test_what_other_systems_say_cannot_act_on_the_terminal() -> None:
    claim = values.CLAIMS[0].model_copy(update={"what": values.HARM, "detail": values.HARM})
    change = replace(values.CHANGES[2], path=values.HARM, before=values.HARM, after=values.HARM, conflict=values.HARM, impact=values.HARM)
    report = values.report(run=values.HARM, error=values.HARM, claims=(claim,), changes=(change,), warnings=(values.HARM,))
    plan = values.plan(changes=(change,), problems=(values.problem(values.HARM),), warnings=(values.HARM,))
    for lines in (report_lines(report), plan_lines(plan), preflight_lines(plan)):
        for line in lines:
            assert not {"\x1b", "\n", "\u202e"} & set(line.text)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert columns([("a", "b"), ("ccc", "d")]) == ["a    b", "ccc  d"]


@pytest.mark.parametrize(("terminal", "no_color", "coloured"), [(True, False, True), (True, True, False), (False, False, False)])
def test_colour_goes_only_to_a_terminal_that_wants_it(terminal: bool, no_color: bool, coloured: bool) -> None:
    written = io.StringIO()
    environment = {"TERM": "xterm", **({"NO_COLOR": "1"} if no_color else {})}
    console = Console(file=written, force_terminal=terminal, _environ=environment)
    show(change_lines([Change(Stage.APPLICATION, Scope.TENANT, "[bold]a[/bold]" + "x" * 300, None, "1")]), console)
    assert ("\x1b[32m" in written.getvalue()) is coloured
    assert "[bold]a[/bold]" + "x" * 300 in written.getvalue()
