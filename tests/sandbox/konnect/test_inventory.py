"""Who has applications here: the lists that an inventory walks. Source: docs/vendors/konnect.md, Finding applications."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.konnect.state import Portal
from tests.sandbox.konnect.region import Region


@pytest.fixture
def five(region: Region) -> Region:
    """Five applications of the developer and one of the team, each registered for Orders; the last registrations are pending."""
    strategy_id = region.bound()
    for number in range(6):
        team = {"team_id": region.team_id} if number == 5 else {}
        region.register(region.application(strategy_id, name=f"client-{number}", **team))
    for one in region.done("GET", f"/v3/portals/{region.portal_id}/application-registrations?sort=created_at")["data"][4:]:
        path = f"/v3/portals/{region.portal_id}/applications/{one['application']['id']}/registrations/{one['id']}"
        region.done("PATCH", path, {"status": "pending"})
    return region


def pages(region: Region, path: str, query: str = "") -> list[dict[str, Any]]:
    """All rows of a list, two a page."""
    found: list[dict[str, Any]] = []
    for number in range(1, 9):
        answer = region.done("GET", f"{path}?page[size]=2&page[number]={number}{query}")
        found += answer["data"]
        assert answer["meta"]["page"]["size"] == 2
        if len(found) >= answer["meta"]["page"]["total"]:
            break
    return found


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", [f"client-{number}" for number in range(6)]),
        ("&filter[name]=client-3", ["client-3"]),
        ("&filter[name][contains]=ent-4", ["client-4"]),
        ("&filter[developer_id]={developer}", [f"client-{number}" for number in range(5)]),
        ("&filter[team_id]={team}", ["client-5"]),
        ("&filter[developer_id]={team}", []),
    ],
)
def test_applications_of_a_portal_are_listed_whole(query: str, names: list[str], five: Region) -> None:
    query = query.format(developer=five.developer_id, team=five.team_id)
    assert [row["name"] for row in pages(five, f"/v3/portals/{five.portal_id}/applications", query)] == names


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 6), ("&filter[status]=pending", 2), ("&filter[application_name]=client-0", 1), ("&filter[developer_id]={developer}", 5)],
)
def test_registrations_of_a_portal_are_listed_whole(query: str, number: int, five: Region) -> None:
    found = pages(five, f"/v3/portals/{five.portal_id}/application-registrations", query.format(developer=five.developer_id))
    assert len({row["id"] for row in found}) == number


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 6), ("&filter[status]=approved", 4), ("&filter[portal_id]={portal}", 6), ("&filter[application_owner_type]=team", 1)],
)
def test_registrations_of_an_api_are_listed_whole(query: str, number: int, five: Region) -> None:
    found = pages(five, f"/v3/apis/{five.orders}/registrations", query.format(portal=five.portal_id))
    assert len({row["id"] for row in found}) == number
    assert {row["portal"]["id"] for row in found} <= {five.portal_id}


def test_an_application_is_found_in_any_portal_by_its_id_alone(five: Region) -> None:
    partners = five.id(Portal, "partner-portal")
    (theirs,) = five.done("GET", f"/v3/portals/{partners}/applications")["data"]
    found = five.done("GET", f"/v3/applications/{theirs['id']}")
    assert (found["portal"]["id"], found["client_id"], found["owner"]["type"]) == (partners, "0oa1partner", "developer")
    assert found["dcr_provider"]["id"] in {one["id"] for one in five.done("GET", "/v2/dcr-providers")["data"]}
    ours = five.done("GET", f"/v3/portals/{five.portal_id}/applications")["data"]
    assert theirs["id"] not in {row["id"] for row in ours}
    assert five.ask("GET", f"/v3/applications/{five.portal_id}").status_code == 404
