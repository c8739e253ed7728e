"""What a portal shows, and to whom."""

from __future__ import annotations

import pytest

from tests.sandbox.konnect.region import Region


def names(region: Region) -> list[str]:
    return [row["name"] for row in region.at_portal("GET", "/apis?sort=name")["data"]]


def test_private_apis_are_for_developers_and_public_ones_for_everyone(region: Region) -> None:
    region.bound()
    region.publish(None, api="Payments", visibility="public")
    assert names(region) == ["Payments"]
    assert region.portal.get(f"/api/v3/apis/{region.orders}").status_code == 404
    region.log_in()
    assert names(region) == ["Orders", "Payments"]


@pytest.mark.parametrize("by", ["id", "slug"])
def test_an_api_is_found_by_id_or_slug_with_its_strategies(by: str, region: Region) -> None:
    strategy_id = region.bound()
    region.log_in()
    api = region.at_portal("GET", f"/apis/{region.orders if by == 'id' else 'orders-v1'}")
    assert (api["slug"], [one["id"] for one in api["auth_strategies"]]) == ("orders-v1", [strategy_id])
    assert region.at_portal("GET", f"/apis/{api['slug']}/actions")["actions"]["register"] is True


def test_without_a_strategy_there_is_nothing_to_register_for(region: Region) -> None:
    region.publish(None)
    region.log_in()
    assert region.at_portal("GET", "/apis/orders-v1/actions")["actions"]["register"] is False


def test_the_strategies_of_the_published_apis_can_be_chosen(region: Region) -> None:
    strategy_id = region.bound()
    region.log_in()
    (row,) = region.at_portal("GET", "/application-auth-strategies?filter[credential_type][eq]=client_credentials")["data"]
    assert (row["id"], row["name"], row["supports_multiple_credentials"]) == (strategy_id, "Curity", False)
    assert region.at_portal("GET", "/application-auth-strategies?filter[credential_type][eq]=key_auth")["data"] == []


def test_ones_teams_are_shown_with_their_members(region: Region) -> None:
    region.log_in()
    (team,) = region.at_portal("GET", "/developer/teams")["data"]
    assert region.at_portal("GET", f"/developer/teams/{team['id']}") == team
    assert [row["id"] for row in region.at_portal("GET", f"/developer/teams/{team['id']}/developers")["data"]] == [region.developer_id]


def test_where_nobody_logs_in_everyone_sees_the_apis_and_has_no_applications(region: Region) -> None:
    region.bound()
    region.done("PATCH", f"/v3/portals/{region.portal_id}", {"authentication_enabled": False})
    assert names(region) == ["Orders"]
    assert region.log_in().status_code == 404
    application = "/api/v3/applications/00000000-0000-4000-8000-000000000000"
    assert [region.portal.get(path).status_code for path in (application, f"{application}/registrations")] == [404, 404]
    assert region.portal.post("/api/v3/applications", json={"name": "x"}).status_code == 404
