"""Services and routes of a control plane, which the gateway goes by. Source: docs/vendors/konnect.md, Gateway configuration."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.sandbox.konnect.region import Region

HEALTH: dict[str, Any] = {"service": "health", "name": "health", "paths": ["/health"]}


def entities(region: Region) -> str:
    return f"/v2/control-planes/{region.plane}/core-entities"


def add(region: Region, *routes: dict[str, Any]) -> None:
    region.service.set_knobs({"more_routes": routes})


def paths(rows: list[dict[str, Any]]) -> list[str]:
    return [path for row in rows for path in row.get("paths", [])]


@pytest.mark.parametrize("below", ["routes", "services/orders/routes"])
def test_routes_come_in_pages_that_together_are_the_whole(below: str, region: Region) -> None:
    add(region, *({"service": "orders", "paths": [f"/orders/{number}"]} for number in range(4)))
    found: list[dict[str, Any]] = []
    query = "size=2"
    while query:
        answer = region.done("GET", f"{entities(region)}/{below}?{query}")
        found += answer["data"]
        query = f"size=2&offset={answer['offset']}" if "offset" in answer else ""
        assert ("next" in answer) is bool(query)
    expected = ["/orders", *(f"/orders/{number}" for number in range(4))]
    assert sorted(paths(found)) == sorted(expected + (["/payments"] if below == "routes" else []))
    assert len({row["id"] for row in found}) == len(found)


@pytest.mark.parametrize("size", ["0", "1001", "many"])
def test_a_size_out_of_bounds_counts_for_nothing(size: str, region: Region) -> None:
    assert len(region.ask("GET", f"{entities(region)}/routes?size={size}").json()["data"]) == 2


@pytest.mark.parametrize("below", ["services/{}", "services/{}/routes", "routes/{}"])
@pytest.mark.parametrize("named", ["nothing", str(uuid.UUID(int=7, version=4))])
def test_what_is_not_there_is_not_found_in_the_gateways_words(below: str, named: str, region: Region) -> None:
    answer = region.ask("GET", f"{entities(region)}/{below.format(named)}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_a_service_is_named_by_id_or_by_name(region: Region) -> None:
    service = region.done("GET", f"{entities(region)}/services/orders")
    by_id = region.done("GET", f"{entities(region)}/services/{service['id']}/routes")
    assert region.done("GET", f"{entities(region)}/services/orders/routes") == by_id
    assert paths(by_id["data"]) == ["/orders"]


@pytest.mark.parametrize(("reading", "kind"), [("gateway", "application/json"), ("problem", "application/problem+json")])
@pytest.mark.parametrize("below", ["routes", "services/orders/routes", "services"])
def test_without_the_role_the_configuration_is_shut(reading: str, kind: str, below: str, region: Region) -> None:
    region.readings.set("konnect.core-entities-forbidden", reading)
    region.service.set_knobs({"denied": ["GET /v2/control-planes/*/core-entities"]})
    answer = region.ask("GET", f"{entities(region)}/{below}")
    assert (answer.status_code, answer.headers["content-type"]) == (403, kind)
    assert region.ask("GET", "/v2/control-planes").status_code == 200


def test_an_added_route_is_listed_and_routed_alike(region: Region) -> None:
    region.bound()
    assert region.gate.get("/more").status_code == 404
    more = {"service": "orders", "paths": ["/more"], "methods": ["GET"], "hosts": ["gateway.example"], "protocols": ["http", "https"]}
    add(region, more)
    (row,) = (row for row in region.done("GET", f"{entities(region)}/services/orders/routes")["data"] if row["paths"] == ["/more"])
    assert {name: row.get(name) for name in (*more, "name")} == {**more, "service": {"id": row["service"]["id"]}, "name": None}
    assert region.gate.get("/more").status_code == 401
    add(region)
    assert region.gate.get("/more").status_code == 404
    assert paths(region.done("GET", f"{entities(region)}/services/orders/routes")["data"]) == ["/orders"]


def test_a_route_of_a_service_without_an_api_is_open(region: Region) -> None:
    region.bound()
    add(region, HEALTH)
    assert [region.gate.get(path).status_code for path in ("/health", "/orders")] == [200, 401]
    assert paths(region.done("GET", f"{entities(region)}/services/health/routes")["data"]) == ["/health"]
    assert [one["service"]["id"] for one in region.done("GET", "/v3/api-implementations")["data"]] == [
        region.done("GET", f"{entities(region)}/services/{name}")["id"] for name in ("orders", "payments")
    ]


def test_adding_a_route_changes_the_hash_that_data_planes_follow(region: Region) -> None:
    path = f"/v2/control-planes/{region.plane}/expected-config-hash"
    before = region.done("GET", path)["expected_hash"]
    add(region, HEALTH)
    assert region.done("GET", path)["expected_hash"] != before


def test_a_reset_takes_added_routes_away(region: Region) -> None:
    add(region, HEALTH)
    region.service.reset()
    assert region.service.knob_values()["more_routes"] == ()
    assert region.gate.get("/health").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"service": "x"}, {"paths": ["/x"]}, {"service": "x", "paths": ["/x"], "port": 1}, {**HEALTH, "protocols": []}]
)
def test_a_route_that_is_none_is_refused(wrong: dict[str, Any], region: Region) -> None:
    with pytest.raises(ValueError, match="more_routes"):
        add(region, wrong)
    assert len(region.done("GET", f"{entities(region)}/routes")["data"]) == 2
