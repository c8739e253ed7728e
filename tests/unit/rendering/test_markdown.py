"""Plans and reports as artifacts: the same values, and nothing that Markdown or HTML would act on."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dcr.rendering.markdown import code, escaped, plan_as_markdown, report_as_markdown
from tests.unit.rendering import values


def test_a_report_has_every_section_and_the_evidence_in_a_table() -> None:
    text = report_as_markdown(values.report())
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert titles == ["Error", "Stages", "Changes", "Claims", "Kept in Vault", "Left behind", "Warnings", "Requests"]
    assert text.startswith("# Tenant acme on platform sandbox: failed\n")
    assert (
        "| **ok** | orders-client reaches Orders v1 at GET /orders | `GET https://localhost:46005/orders` | 200 "
        "| 2026-11-23T10:00:00Z | 12 | `req-1` |" in text
    )
    assert "| **failed** | a wrong secret is refused (The gateway let it in.) |  |  |  |  |  |" in text
    assert "- `vault://dcr/tenants/acme/applications/orders-client`" in text
    assert "Curity, Konnect and portal together: 16 (vault: 11; smoke test: 7)." in text


def test_a_report_without_changes_says_so() -> None:
    assert "## Changes\n\nNo changes.\n" in report_as_markdown(values.report(changes=()))


def test_a_plan_shows_conflicts_impacts_and_what_stops_it() -> None:
    text = plan_as_markdown(values.plan(stops=(values.problem(),), problems=(values.problem(),)))
    assert "- **curity configuration**\n  - `+ curity/access-token-as-jwt = true` (platform)" in text
    assert "    - affects others: 3 other clients get JWTs" in text
    assert "    - **conflict**: other's" in text
    assert text.count("- `konnect/portals/acme-portal`: no such portal. Create it.") == 2


def test_what_is_taken_over_is_marked() -> None:
    plan = values.plan()
    taken = plan.model_copy(update={"changes": tuple(replace(change, taken=bool(change.conflict)) for change in plan.changes)})
    assert "**taken over, as asked**: other's" in plan_as_markdown(taken)
    assert "**conflict**" not in plan_as_markdown(taken)


def test_what_other_systems_say_cannot_act_in_the_dashboard() -> None:
    claim = values.CLAIMS[0].model_copy(update={"what": values.HARM, "detail": values.HARM})
    change = replace(values.CHANGES[0], path=values.HARM, after=values.HARM, conflict=values.HARM)
    report = values.report(claims=(claim,), changes=(change,), warnings=(values.HARM,), error=values.HARM, vault_paths=(), requests=())
    for text in (report_as_markdown(report), plan_as_markdown(values.plan(changes=(change,), warnings=(values.HARM,)))):
        outside_code = re.sub(r"``.*?``", "", text)
        assert not re.search(r"(?<!\\)<|(?<!\\)\[|\x1b|\u202e", outside_code)
        rows = [line for line in text.splitlines() if line.startswith("| **")]
        assert all(len(re.findall(r"(?<!\\)\|", row)) == 8 for row in rows)


@given(st.text())
def test_a_code_span_holds_any_text(text: str) -> None:
    span = code(text)
    fence = re.match("`*", span)
    assert fence
    assert span == "" or (span.endswith(fence[0]) and fence[0] not in span.removeprefix(fence[0]).removesuffix(fence[0]))
    assert len(span.splitlines()) <= 1


@given(st.text(alphabet="\\`*_{}[]<>()#+!|~&$ab\n"))
def test_escaping_leaves_nothing_active(text: str) -> None:
    assert not re.search(r"(?<!\\)[`*_{}\[\]<>()#+!|~&$]", re.sub(r"\\\\", "", escaped(text)))
