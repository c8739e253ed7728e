"""The plan as data: what a look yields, what the platform's policy forbid, and the schemas that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from cli.schema import SchemaName, json_schema
from dcr.documents.loading import load_platform, load_tenant
from dcr.engine.permission import needs_approval
from dcr.model.platform import Approval
from dcr.results.outcome import Outcome
from dcr.results.plan import Plan
from dcr.results.report import Report
from tests.unit.cli.contexts import observation
from tests.unit.rendering import values

TREE = Path(__file__).parents[3]
TENANT = load_tenant(TREE / "examples/tenants/acme.yaml")


def test_a_plan_holds_what_the_look_found_in_its_order() -> None:
    found = observation(
        Outcome(changes=values.CHANGES[:2], warnings=("one",)), Outcome(changes=values.CHANGES[2:], problems=(values.problem(),))
    )
    plan = found.plan(load_platform(TREE / "examples/platforms/sandbox.yaml"), TENANT)
    assert (plan.platform, plan.tenant, plan.changes) == ("sandbox", "acme", values.CHANGES)
    assert (plan.warnings, plan.problems) == (("one",), (values.problem(),))
    assert [stop.field for stop in plan.stops] == [values.CHANGES[2].path], "only the conflict stops where tenants may change the platform"
    assert not plan.possible


def test_a_careful_platform_stops_a_tenants_run_but_not_its_own() -> None:
    careful, found = load_platform(TREE / "examples/platforms/production.yaml"), observation(Outcome(changes=values.CHANGES[:2]))
    assert len(found.plan(careful, TENANT).stops) == 2
    own = found.plan(careful, None)
    assert (own.stops, own.tenant, own.possible) == ((), "", True)


@pytest.mark.parametrize(
    ("plan", "summary"),
    [
        (values.plan(changes=()), "No changes."),
        (values.plan(changes=values.CHANGES[3:4]), "1 change."),
        (values.plan(), "5 changes (2 to what all tenants share, 1 conflict)."),
        (
            values.plan(changes=(), problems=(values.problem(),)),
            "No difference was found as far as could be looked. 1 problem: konnect/portals/acme-portal: no such portal.",
        ),
    ],
)
def test_a_plan_sums_itself_up(plan: Plan, summary: str) -> None:
    assert plan.summary() == summary


def test_printed_plans_and_reports_fit_their_schemas_and_come_back_the_same() -> None:
    plan, report = values.plan(problems=(values.problem(),)), values.report()
    jsonschema.validate(json.loads(plan.model_dump_json()), json_schema(SchemaName.PLAN))
    jsonschema.validate(json.loads(report.model_dump_json()), json_schema(SchemaName.REPORT))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_a_plan_that_misses_a_field_does_not_fit_the_schema() -> None:
    data = json.loads(values.plan().model_dump_json())
    del data["schema_version"]
    with pytest.raises(jsonschema.ValidationError, match="schema_version"):
        jsonschema.validate(data, json_schema(SchemaName.PLAN))


@pytest.mark.parametrize("document", list(SchemaName))
def test_every_schema_is_one(document: SchemaName) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(document))


def test_the_examples_fit_the_schemas_that_editors_use() -> None:
    jsonschema.validate(TENANT.model_dump(mode="json"), json_schema(SchemaName.TENANT))
    for name in ("sandbox", "production"):
        platform = load_platform(TREE / f"examples/platforms/{name}.yaml")
        jsonschema.validate(platform.model_dump(mode="json"), json_schema(SchemaName.PLATFORM))


@pytest.mark.parametrize(
    ("approval", "some", "conflicting"),
    [(Approval.NONE, False, False), (Approval.ON_OVERWRITE, False, True), (Approval.ALWAYS, True, True)],
)
def test_approval_is_asked_for_when_the_policy_says_so(approval: Approval, some: bool, conflicting: bool) -> None:
    platform = load_platform(TREE / "examples/platforms/sandbox.yaml")
    platform = platform.model_copy(update={"rules": platform.rules.model_copy(update={"approval": approval})})
    asked = [needs_approval(platform, changes) for changes in ((), values.CHANGES[:1], values.CHANGES[2:3])]
    assert asked == [False, some, conflicting]
