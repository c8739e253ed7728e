"""Each command's result: on standard output, as text or JSON, with the exit code that scripts rely on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli import main
from dcr.engine.observe import Observation
from dcr.engine.onboarding import Finished
from dcr.errors import CheckFailed
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from tests.unit.cli.contexts import ACME, BAD, SANDBOX, TREE, context, observation, offline
from tests.unit.rendering import values

PROBLEM = Outcome(problems=(values.problem(),))
CHANGES = Outcome(changes=values.CHANGES[:2])
CONFLICT = Outcome(changes=values.CHANGES[2:3])


def finding(monkeypatch: pytest.MonkeyPatch, found: Observation) -> None:
    monkeypatch.setattr("cli.plan.run_for", offline(context()))
    monkeypatch.setattr("cli.plan.observe", lambda _ctx, sleep: found)


@pytest.mark.parametrize(
    ("found", "plan", "preflight"),
    [
        (observation(Outcome()), 0, 0),
        (observation(CHANGES), 2, 0),
        (observation(CONFLICT), 2, 1),
        (observation(PROBLEM), 1, 1),
        (observation(CHANGES, PROBLEM), 1, 1),
    ],
    ids=["nothing", "changes", "a conflict", "a problem", "changes and a problem"],
)
def test_scripts_can_tell_what_a_look_found(found: Observation, plan: int, preflight: int, monkeypatch: pytest.MonkeyPatch) -> None:
    finding(monkeypatch, found)
    assert main(["plan", str(ACME)]) == plan
    assert main(["preflight", str(ACME)]) == preflight


def test_a_plan_as_json_is_all_that_standard_output_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    finding(monkeypatch, observation(CHANGES))
    main(["plan", str(ACME), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["schema_version"], printed["tenant"], len(printed["changes"])) == (2, "acme", 2)
    assert printed["changes"][0]["impact"] == "3 other clients get JWTs"


def test_a_plan_as_text_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    finding(monkeypatch, observation())
    main(["plan", str(ACME)])
    assert capsys.readouterr().out.endswith("  no changes\n\nNo changes.\n")


@pytest.mark.parametrize("as_json", [False, True])
def test_onboarding_prints_its_report_also_when_it_failed(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.onboard.run_for", offline(context()))
    error = CheckFailed("smoke test", "a wrong secret was let in", "Fix the gateway.")
    for finished, code in ((Finished(values.report(error="", verdict=Verdict.OK)), 0), (Finished(values.report(), error), 1)):
        monkeypatch.setattr("cli.onboard.onboard_tenant", lambda *_arguments, finished=finished: finished)
        assert main(["onboard", str(ACME), *(["--json"] if as_json else [])]) == code
        printed = capsys.readouterr()
        assert (json.loads(printed.out)["tenant"] == "acme") if as_json else printed.out.startswith("Tenant acme on platform sandbox")
        assert ("Failed: a wrong secret was let in. Fix the gateway." in printed.err) is bool(code)


CODES = {Verdict.OK: 0, Verdict.PENDING: 3, Verdict.UNKNOWN: 1, Verdict.FAILED: 1}
TOLD = {Verdict.OK: "", Verdict.PENDING: "Pending: ", Verdict.UNKNOWN: "Unknown: ", Verdict.FAILED: "Failed: "}


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", [["onboard", str(ACME)], ["prepare"], ["dismantle", "--yes"]], ids=lambda command: command[0])
def test_the_exit_code_is_the_reports_verdict(
    command: list[str], options: list[str], verdict: Verdict, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = Finished(values.report(error="", verdict=verdict))
    for module, onboard in (("onboard", "onboard_tenant"), ("prepare", "onboard"), ("dismantle", "take_platform_away")):
        monkeypatch.setattr(f"cli.{module}.run_for", offline(context()))
        monkeypatch.setattr(f"cli.{module}.{onboard}", lambda *_arguments, **_options: finished)
    assert main([*command, *options]) == CODES[verdict]
    told = capsys.readouterr().err
    assert told.startswith(TOLD[verdict])
    assert bool(told) is (verdict is not Verdict.OK)


def test_validate_tells_good_from_bad_and_applies_the_rules_of_the_house(capsys: pytest.CaptureFixture[str]) -> None:
    foreign = BAD / "tenants/foreign_redirect_host.yaml"
    assert main(["validate", str(TREE / "examples")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{ACME}: a sound tenant"
    assert main(["validate", str(foreign)]) == 0, "nobody's rules"
    assert main(["validate", str(foreign), "--platform", str(TREE / "tests/data/platform.yaml")]) == 1
    assert "tenant.applications[0].redirect_uri: 'evil.example'" in capsys.readouterr().out


def test_validate_tells_five_faults_in_five_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(BAD / "tenants/five_faults.yaml")]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_validate_as_json_has_every_document_with_its_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(ACME.read_text())
    assert main(["validate", str(tmp_path), str(tmp_path / "one.yaml"), str(SANDBOX), "--json"]) == 1
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert [(Path(document["path"]).name, document["kind"], document["valid"]) for document in documents] == [
        ("one.yaml", "tenant", True),
        ("two.yaml", "tenant", False),
        ("sandbox.yaml", "platform", True),
    ]
    assert documents[1]["problems"][0]["field"] == "tenant.slug"


@pytest.mark.parametrize("document", ["tenant", "platform", "plan", "report", "diagnosis", "probe", "inventory"])
def test_a_schema_is_printed_as_json(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", document]) == 0
    assert json.loads(capsys.readouterr().out)["title"].lower() == document


def test_a_plan_for_a_careful_platform_tells_what_stops_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    careful = replace(context(), platform=context().platform.model_copy(update={"rules": values.careful()}))
    monkeypatch.setattr("cli.plan.run_for", offline(careful))
    monkeypatch.setattr("cli.plan.observe", lambda _ctx, sleep: observation(CHANGES))
    assert main(["plan", str(ACME)]) == 2
    assert "The platform's policy stops this before the first write" in capsys.readouterr().out


def test_prepare_is_for_the_platform_alone_and_plans_on_demand(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    alone = replace(context(), tenant=None)
    for command in ("plan", "prepare"):
        monkeypatch.setattr(f"cli.{command}.run_for", offline(alone))
    monkeypatch.setattr("cli.plan.observe", lambda _ctx, sleep: observation(CHANGES))
    monkeypatch.setattr("cli.prepare.onboard", lambda *_arguments: Finished(values.report(tenant="", error="", verdict=Verdict.OK)))
    assert main(["prepare", "--plan"]) == 2
    assert capsys.readouterr().out.startswith("Plan for the platform's own part on platform sandbox")
    assert main(["prepare"]) == 0
    assert capsys.readouterr().out.startswith("Platform sandbox")
