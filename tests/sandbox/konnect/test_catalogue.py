"""Portals, APIs, their links to the gateway, publications and control planes."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.konnect.problems import forbidden, gateway_json
from sandbox.konnect.state import Api, Publication, Service
from tests.sandbox.konnect.region import TOKEN, Region


def publication_path(region: Region) -> str:
    return f"/v3/apis/{region.orders}/publications/{region.portal_id}"


@pytest.mark.parametrize("status", [200, 201])
def test_publishing_is_idempotent_and_answers_with_the_status_of_the_reading(status: int, region: Region) -> None:
    region.readings.set("konnect.publication-status", str(status))
    body = {"auth_strategy_ids": [region.strategy(None)["id"]], "auto_approve_registrations": True, "visibility": "public"}
    answers = [region.ask("PUT", publication_path(region), body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert body.items() <= answers[1].json().items()
    rows = region.done("GET", f"/v3/api-publications?filter[api_id]={region.orders}")["data"]
    assert [(row["portal_id"], row["visibility"]) for row in rows] == [(region.portal_id, "public")]


def test_no_strategy_named_means_the_portals_and_null_means_none(region: Region) -> None:
    strategy_id = region.strategy(None)["id"]
    assert region.done("PUT", publication_path(region), {})["auth_strategy_ids"] is None
    region.done("PATCH", f"/v3/portals/{region.portal_id}", {"default_application_auth_strategy_id": strategy_id})
    assert region.done("PUT", publication_path(region), {})["auth_strategy_ids"] == [strategy_id]
    assert region.done("PUT", publication_path(region), {"auth_strategy_ids": None})["auth_strategy_ids"] is None


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"auth_strategy_ids": []}, "auth_strategy_ids", "min_items"),
        ({"auth_strategy_ids": [str(uuid.uuid4())] * 2}, "auth_strategy_ids", "max_items"),
        ({"auth_strategy_ids": [str(uuid.uuid4())]}, "auth_strategy_ids.0", "missing_reference"),
        ({"auth_strategy_ids": ["x"]}, "auth_strategy_ids.0", "is_uuid"),
        ({"visibility": "hidden"}, "visibility", "enum"),
        ({"auto_approve_registrations": "true"}, "auto_approve_registrations", "is_boolean"),
        ({"auth_strategies": []}, "auth_strategies", "unknown_property"),
    ],
)
def test_a_wrong_publication_is_refused(body: dict[str, Any], field: str, rule: str, region: Region) -> None:
    assert region.refused(region.ask("PUT", publication_path(region), body)) == (400, [(field, rule)])
    assert region.ask("GET", publication_path(region)).status_code == 404


def test_a_publication_that_is_forgotten_was_answered_all_the_same(region: Region) -> None:
    strategy_id = region.strategy(None)["id"]
    region.service.set_knobs({"forgets_publications": True})
    assert region.publish(strategy_id)["auth_strategy_ids"] == [strategy_id]
    assert region.ask("GET", publication_path(region)).status_code == 404


def test_a_forgotten_change_leaves_the_publication_as_it_was(region: Region) -> None:
    strategy_id = region.bound(auto_approve=True)
    region.service.set_knobs({"forgets_publications": True})
    region.publish(strategy_id, auto_approve_registrations=False)
    assert region.done("GET", publication_path(region))["auto_approve_registrations"] is True


def test_publications_are_listed_by_portal_and_shown_with_their_api(region: Region) -> None:
    region.publish(region.strategy(None)["id"])
    rows = region.done("GET", f"/v3/portals/{region.portal_id}/api-publications?filter[api_name]=Orders")["data"]
    assert [(row["api_id"], row["portal_ids"]) for row in rows] == [(region.orders, [region.portal_id])]
    listed = region.done("GET", "/v3/api-publications?filter[portal_name]=acme-portal&sort=api_name")["data"]
    assert [row["api_id"] for row in listed] == [region.orders]
    assert [one["name"] for one in region.done("GET", f"/v3/apis/{region.orders}")["portals"]] == ["acme-portal"]
    assert region.ask("DELETE", publication_path(region)).status_code == 204
    assert region.ask("DELETE", publication_path(region)).status_code == 404


@pytest.mark.parametrize("form", ["kongportals.com", "portal.konghq.com"])
def test_a_portals_domain_is_a_bare_host_name(form: str, region: Region) -> None:
    region.readings.set("konnect.canonical-domain", form)
    domain = region.done("GET", f"/v3/portals/{region.portal_id}")["canonical_domain"]
    assert domain.endswith(f".eu.{form}")
    assert [row["name"] for row in region.done("GET", f"/v3/portals?filter[canonical_domain]={domain}")["data"]] == ["acme-portal"]


def test_portal_names_are_unique(region: Region) -> None:
    made = region.done("POST", "/v3/portals", {"name": "new", "display_name": "New", "labels": {"a": "b"}})
    assert (made["auto_approve_applications"], made["authentication_enabled"], made["labels"]) == (False, True, {"a": "b"})
    assert region.refused(region.ask("POST", "/v3/portals", {"name": "new"})) == (400, [("name", "invalid")])
    assert region.ask("PATCH", f"/v3/portals/{made['id']}", {"name": "acme-portal"}).status_code == 409


def test_roles_in_a_portal_need_its_authentication(region: Region) -> None:
    body = {"authentication_enabled": False, "rbac_enabled": True}
    assert region.refused(region.ask("PATCH", f"/v3/portals/{region.portal_id}", body)) == (400, [("rbac_enabled", "dependent_fields")])


def test_read_only_members_may_be_sent_along_and_count_for_nothing(region: Region) -> None:
    before = region.done("GET", f"/v3/portals/{region.portal_id}")
    after = region.done("PATCH", f"/v3/portals/{region.portal_id}", {"id": str(uuid.uuid4()), "canonical_domain": "x.example"})
    assert (after["id"], after["canonical_domain"]) == (before["id"], before["canonical_domain"])


def test_a_portal_goes_with_everything_in_it_only_by_force_while_apis_are_published(region: Region) -> None:
    region.register(region.application(region.bound()))
    portal_id = region.portal_id
    path = f"/v3/portals/{portal_id}"
    assert region.ask("DELETE", path).status_code == 403
    assert region.ask("DELETE", f"{path}?force=true").status_code == 204
    assert region.ask("GET", path).status_code == 404
    assert [one for one in region.org.all(Publication) if one.portal_id == portal_id] == []
    assert region.idp.clients == set()


def test_how_developers_log_in_is_set_apart_from_the_portal(region: Region) -> None:
    path = f"/v3/portals/{region.portal_id}/authentication-settings"
    assert region.done("GET", path)["basic_auth_enabled"] is True
    changed = region.done("PATCH", path, {"basic_auth_enabled": False, "oidc_client_secret": "x"})
    assert (changed["basic_auth_enabled"], "oidc_client_secret" in changed) == (False, False)
    assert region.done("GET", path) == changed


def test_apis_are_unique_by_name_and_version_and_by_slug(region: Region) -> None:
    made = region.done("POST", "/v3/apis", {"name": "Orders", "version": "v2", "attributes": {"tier": ["gold"]}})
    assert (made["slug"], made["attributes"]) == ("orders-v2", {"tier": ["gold"]})
    assert region.refused(region.ask("POST", "/v3/apis", {"name": "Orders", "version": "v1"})) == (400, [("name", "invalid")])
    assert region.refused(region.ask("POST", "/v3/apis", {"name": "Other", "slug": "orders-v1"})) == (400, [("slug", "invalid")])
    assert region.ask("PATCH", f"/v3/apis/{made['id']}", {"slug": "orders-v1"}).status_code == 409
    changed = region.done("PATCH", f"/v3/apis/{made['id']}", {"version": None, "attributes": {"tier": None}, "description": "d"})
    assert (changed["version"], changed["attributes"], changed["description"]) == (None, {}, "d")
    assert region.ask("DELETE", f"/v3/apis/{made['id']}").status_code == 204


def test_an_api_is_linked_to_one_service_and_a_service_to_one_api(region: Region) -> None:
    api_id = region.done("POST", "/v3/apis", {"name": "New"})["id"]
    orders = {"control_plane_id": region.plane, "id": region.id(Service, "orders")}
    conflict = region.ask("POST", f"/v3/apis/{api_id}/implementations", {"service": orders})
    assert (conflict.status_code, conflict.json()["detail"]) == (409, "This gateway service is already linked to another API")
    again = region.ask("POST", f"/v3/apis/{region.orders}/implementations", {"service": orders})
    assert (again.status_code, again.json()["detail"]) == (409, "An implementation already exists for this API")
    nowhere = {**orders, "id": str(uuid.uuid4())}
    answer = region.ask("POST", f"/v3/apis/{api_id}/implementations", {"service": nowhere})
    assert region.refused(answer) == (400, [("service.id", "missing_reference")])


def test_a_link_is_found_by_its_api_removed_and_made_anew(region: Region) -> None:
    (row,) = region.done("GET", f"/v3/api-implementations?filter[api_id][eq]={region.orders}")["data"]
    path = f"/v3/apis/{region.orders}/implementations"
    assert region.done("GET", f"{path}/{row['id']}")["service"] == row["service"]
    assert region.ask("GET", f"/v3/apis/{region.id(Api, 'Payments')}/implementations/{row['id']}").status_code == 404
    assert region.ask("DELETE", f"{path}/{row['id']}").status_code == 204
    assert region.ask("POST", path, {"service": row["service"]}).status_code == 201


def test_a_plugin_that_could_not_be_installed_shows_at_the_link(region: Region) -> None:
    path = f"/v3/api-implementations?filter[api_id]={region.orders}"
    region.service.set_knobs({"sync_error": True})
    assert "auth_strategy_sync_error" not in region.done("GET", path)["data"][0]["service"]
    region.bound()
    assert region.done("GET", path)["data"][0]["service"]["auth_strategy_sync_error"]["message"]
    region.service.set_knobs({"sync_error": False})
    assert "auth_strategy_sync_error" not in region.done("GET", path)["data"][0]["service"]


def test_services_and_routes_are_read_as_the_gateway_gives_them(region: Region) -> None:
    path = f"/v2/control-planes/{region.plane}/core-entities"
    first = region.done("GET", f"{path}/services?size=1")
    assert (len(first["data"]), first["offset"]) == (1, "1")
    second = region.done("GET", f"{path}/services?size=1&offset={first['offset']}")
    assert {one["name"] for one in first["data"] + second["data"]} == {"orders", "payments"}
    assert region.done("GET", f"{path}/services/orders") == first["data"][0]
    (route,) = region.done("GET", f"{path}/routes?filter[name][eq]=orders")["data"]
    assert (route["paths"], route["service"]["id"]) == (["/orders"], first["data"][0]["id"])
    assert region.done("GET", f"{path}/services/orders/routes")["data"] == [route]
    assert region.done("GET", f"{path}/routes/{route['id']}") == route
    assert region.done("GET", f"{path}/routes?tags=x")["data"] == []


def test_the_gateways_configuration_refuses_in_its_own_words(region: Region) -> None:
    path = f"/v2/control-planes/{region.plane}/core-entities/services"
    unauthorized = region.konnect.get(path, headers={"Authorization": "Bearer x"})
    assert (unauthorized.status_code, unauthorized.json()) == (401, {"message": "Unauthorized", "status": 401})
    assert region.ask("GET", f"{path}/nothing").json() == {"message": "Not Found"}
    assert b'"code":7' in gateway_json(forbidden(), region.readings).body


@pytest.mark.parametrize("reading", ["unchanged", "changes"])
def test_the_hash_of_the_configuration_follows_what_data_planes_get(reading: str, region: Region) -> None:
    region.readings.set("konnect.config-hash-applications", reading)
    path = f"/v2/control-planes/{region.plane}"
    before = region.done("GET", f"{path}/expected-config-hash")["expected_hash"]
    strategy_id = region.bound()
    published = region.done("GET", f"{path}/expected-config-hash")["expected_hash"]
    assert published != before
    region.register(region.application(strategy_id))
    after = region.done("GET", f"{path}/expected-config-hash")["expected_hash"]
    assert (after == published) is (reading == "unchanged")
    (node,) = region.done("GET", f"{path}/nodes")["items"]
    assert node["config_hash"] == after


def test_the_control_plane_is_found_by_name(region: Region) -> None:
    (row,) = region.done("GET", "/v2/control-planes?filter[name][eq]=acme")["data"]
    assert region.done("GET", f"/v2/control-planes/{row['id']}") == row


def test_a_token_tells_whose_it_is(region: Region) -> None:
    assert region.done("GET", "/v3/organizations/me")["id"] == region.org.id
    assert "@" in region.done("GET", "/v3/users/me")["email"]
    assert TOKEN not in region.ask("GET", "/v3/users/me").text
