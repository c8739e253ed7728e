"""Everything we ship for Prefect arrives at a real server, and a person finds the way there."""

from __future__ import annotations

from tests.engine.installation import Installation

DEPLOYMENTS = {
    "onboard": "dcr-write",
    "prepare": "dcr-write",
    "plan": "dcr-read",
    "preflight": "dcr-read",
    "smoke-test": "dcr-read",
    "inventory": "dcr-read",
    "check": "dcr-read",
    "offboard": "dcr-offboard",
    "dismantle": "dcr-offboard",
}


def test_every_deployment_is_there_with_its_pool_and_words(installed: Installation) -> None:
    found = {one["name"]: one for one in installed.api.post("/deployments/filter", {})}
    assert {name: one["work_pool_name"] for name, one in found.items()} == DEPLOYMENTS
    assert all(one["description"] and "dcr" in one["tags"] for one in found.values())


def test_the_form_of_a_tenant_has_titles_descriptions_and_choices(installed: Installation) -> None:
    schema = installed.deployment("onboard tenant", "onboard")["parameter_openapi_schema"]
    tenant = schema["definitions"]["Tenant"]["properties"]
    assert all(field.get("title") and field.get("description") for field in tenant.values() if "$ref" not in field)
    assert schema["definitions"]["Way"]["enum"] == ["portal", "import"]
    assert schema["required"] == ["tenant"]


def test_deploying_again_leaves_one_of_each(installed: Installation) -> None:
    before = {one["id"] for one in installed.api.post("/deployments/filter", {})}
    installed.deploy()
    assert {one["id"] for one in installed.api.post("/deployments/filter", {})} == before
    names = [one["name"] for one in installed.api.post("/automations/filter", {})]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if name.startswith("dcr: ")] == names


def test_the_only_schedule_is_off_until_a_house_turns_it_on(installed: Installation) -> None:
    schedules = [schedule for one in installed.api.post("/deployments/filter", {}) for schedule in one["schedules"]]
    assert [schedule["active"] for schedule in schedules] == [False]
