"""Grants: what a tenant may ask for, by its short name; each field that is not allowed is one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dcr.documents.loading import Kind, judge, load_platform
from dcr.documents.policy import broken_rules, check
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from tests.unit.steps.contexts import a_platform, a_tenant

TREE = Path(__file__).parents[3]
ACME = {
    "slugs": ["acme", "acme-.*"],
    "portals": ["acme-portal"],
    "apis": ["Orders", "Payments"],
    "owners": ["service-developer@acme.example"],
    "requesters": ["Ada", "Grace"],
    "visibilities": ["private"],
    "approvals": ["automatic", "by this run"],
    "redirect_hosts": ["shop.example"],
    "ways": ["portal"],
}
TEAM = {"owner_type": "team", "owner": "shop"}
IMPORTED = [{"name": "checkout", "redirect_uri": "https://shop.example/callback", "way": "import"}]
ORDERS_V2 = [{"name": "Orders", "version": "v2", "path": "/orders"}]


def granted(*grants: dict[str, Any]) -> Platform:
    return a_platform(grants=list(grants))


def told(platform: Platform, **asked: Any) -> list[tuple[str, str, str]]:
    return [(problem.field, problem.fault, problem.remedy) for problem in check(platform, a_tenant(**asked))]


def test_without_grants_everything_is_allowed() -> None:
    assert told(granted(), slug="anybody", owner="eve@evil.example", applications=IMPORTED) == []


def test_what_is_granted_is_allowed() -> None:
    assert told(granted(ACME)) == []
    assert told(granted(ACME), slug="acme-eu", owner="Service-Developer@ACME.example") == []


def test_a_tenant_for_which_there_is_no_grant_is_refused_by_its_slug() -> None:
    fault = "'globex' is granted nothing here"
    assert told(granted(ACME), slug="globex") == [
        ("tenant.slug", fault, "rules.grants of the platform are for slugs like acme or acme-.*.")
    ]
    assert told(granted(ACME), slug="not-acme")[0][0] == "tenant.slug", "the whole slug has to match"


@pytest.mark.parametrize(
    ("asked", "field", "value", "allowed"),
    [
        ({"portal": "other-portal"}, "tenant.portal", "'other-portal'", "rules.grants[0].portals of the platform allows acme-portal"),
        (
            {"apis": [{"name": "Partners", "path": "/p"}]},
            "tenant.apis[0].name",
            "'Partners'",
            ".apis of the platform allows Orders, Payments",
        ),
        ({"owner": "eve@evil.example"}, "tenant.owner", "'eve@evil.example'", ".owners of the platform allows service-developer@acme"),
        (TEAM, "tenant.owner", "'shop'", ".owners of the platform allows"),
        ({"requested_by": "Eve"}, "tenant.requested_by", "'Eve'", ".requesters of the platform allows Ada, Grace"),
        ({"visibility": "public"}, "tenant.visibility", "'public'", ".visibilities of the platform allows private"),
        ({"registration_approval": "by a portal admin"}, "tenant.registration_approval", "portal admin", "allows automatic, by this run"),
        ({"applications": IMPORTED}, "tenant.applications[0].way", "'import'", ".ways of the platform allows portal"),
        (
            {"applications": [{"name": "checkout", "redirect_uri": "https://evil.example/cb"}]},
            "tenant.applications[0].redirect_uri",
            "'evil.example'",
            ".redirect_hosts of the platform allows shop.example",
        ),
    ],
)
def test_each_field_that_is_not_granted_is_one_line(asked: dict[str, Any], field: str, value: str, allowed: str) -> None:
    ((where, fault, remedy),) = told(granted(ACME), **asked)
    assert where == field
    assert value in fault
    assert allowed in remedy


def test_several_fields_are_told_at_once() -> None:
    asked = told(granted(ACME), portal="p", visibility="public", apis=[{"name": "Orders", "path": "/"}, {"name": "Secret", "path": "/s"}])
    assert [field for field, _, _ in asked] == ["tenant.portal", "tenant.visibility", "tenant.apis[1].name"]


@pytest.mark.parametrize(
    ("apis", "allowed"), [(["Orders"], True), (["Orders v2"], True), (["Orders v1"], False), (["Orders v"], False), ([], True)]
)
def test_an_api_is_granted_in_every_version_or_in_one(apis: list[str], allowed: bool) -> None:
    assert (told(granted({"apis": apis}), apis=ORDERS_V2) == []) is allowed


def test_an_empty_list_allows_any() -> None:
    assert told(granted({"slugs": ["acme"]}), portal="any", visibility="public", owner="anybody@x.example") == []
    assert told(granted({}), slug="anybody") == []


def test_all_has_to_be_allowed_by_the_same_grant() -> None:
    one, other = {"slugs": ["acme"], "portals": ["a"], "visibilities": ["public"]}, {"portals": ["b"], "visibilities": ["private"]}
    platform = granted(one, other)
    assert told(platform, portal="a", visibility="public") == told(platform, portal="b", visibility="private") == []
    ((field, _, remedy),) = told(platform, portal="a", visibility="private")
    assert (field, remedy) == ("tenant.visibility", "rules.grants[0].visibilities of the platform allows public.")


@pytest.mark.parametrize(
    ("grant", "asked", "refused"),
    [
        ({}, {"applications": IMPORTED}, True),
        ({"owners": ["eve@evil.example"]}, {"applications": IMPORTED}, True),
        ({"owners": ["service-developer@acme.example"]}, {"applications": IMPORTED}, False),
        ({}, {"applications": IMPORTED} | TEAM, False),
        ({}, {}, False),
    ],
)
def test_a_developer_who_shall_own_imported_applications_has_to_be_listed(grant: Any, asked: Any, refused: bool) -> None:
    assert [field for field, _, _ in told(granted(grant), **asked)] == (["tenant.owner"] if refused else [])


def test_what_is_left_out_counts_as_its_default() -> None:
    grant = ACME | {"visibilities": ["public"], "approvals": ["by this run"], "ways": ["import"]}
    data = {name: value for name, value in a_tenant().model_dump(mode="json", exclude_unset=True).items() if value is not None}
    fields = [".".join(map(str, fault.location)) for fault in broken_rules(granted(grant).rules, data)]
    assert fields == ["visibility", "registration_approval", "applications.0.way"]


@pytest.mark.parametrize(
    "data", [None, [], {"slug": 3}, {"slug": "acme", "apis": 1, "applications": [None, {"redirect_uri": 7}, {"way": []}]}]
)
def test_faulty_data_is_judged_as_far_as_it_can_be(data: object) -> None:
    assert broken_rules(granted(ACME).rules, data) == []


def test_a_file_is_told_by_its_lines() -> None:
    grant = ACME | {"redirect_hosts": [], "requesters": [], "ways": []}
    found = judge(TREE / "examples/tenants/acme.yaml", Kind.TENANT, granted(grant | {"portals": ["p"]}))
    assert [problem.field for problem in found.problems] == ["tenant.portal"]
    assert found.problems[0].place.rsplit(":", 1)[1].isdecimal()


def test_the_grants_of_the_production_example_are_sound_and_allow_the_example_tenant(tmp_path: Path) -> None:
    """They stand there as a comment."""
    text = (TREE / "examples/platforms/production.yaml").read_text()
    begin = text.index("  # grants:")
    commented = text[begin:].split("\n  max_apis")[0]
    uncommented = "\n".join(line.replace("  # ", "  ", 1) for line in commented.splitlines())
    path = tmp_path / "production.yaml"
    path.write_text(text.replace(commented, uncommented))
    platform = load_platform(path)
    assert len(platform.rules.grants) == len(YAML(typ="safe").load(uncommented)["grants"]) > 0
    acme = judge(TREE / "examples/tenants/acme.yaml", Kind.TENANT, platform)
    assert acme.problems == ()
    assert isinstance(acme.value, Tenant)
