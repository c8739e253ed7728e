"""The control port, against a whole world."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.world import World

METADATA = "/.well-known/openid-configuration"


class Outside:
    """A client that knows the ready file and nothing else."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.http = httpx.Client(verify=_trusting(ready["ca_file"]), trust_env=False)
        self.control = httpx.Client(base_url=ready["control"]["url"], trust_env=False)

    def paths(self, **query: str) -> list[str]:
        found = self.control.get("/requests", params=query).json()
        assert found["count"] == len(found["requests"])
        return [f"{entry['system']} {entry['method']} {entry['path']}" for entry in found["requests"]]

    def close(self) -> None:
        self.http.close()
        self.control.close()


def _trusting(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def outside(world: World) -> Iterator[Outside]:
    world.reset()
    outside = Outside(world.ready)
    yield outside
    outside.close()


def test_the_log_lists_what_clients_asked_of_which_system(outside: Outside) -> None:
    ready = outside.ready
    outside.http.get(ready["curity"]["issuer"] + METADATA)
    outside.http.get(ready["konnect"]["url"] + "/v3/portals", params={"page[size]": "1"})
    outside.http.get(ready["gateway"]["url"] + "/orders")
    assert outside.paths(caller="client") == [
        f"curity-runtime GET /oauth/v2/oauth-anonymous{METADATA}",
        "konnect GET /v3/portals?page[size]=1",
        "gateway GET /orders",
    ]
    assert outside.paths(system="konnect") == ["konnect GET /v3/portals?page[size]=1"]
    assert outside.control.delete("/requests").status_code == 204
    assert outside.paths() == []


def test_the_control_port_is_not_in_its_own_log(outside: Outside) -> None:
    outside.control.get("/state")
    assert outside.paths() == []


def test_what_was_asked_of_vault_is_listed_too(outside: Outside) -> None:
    vault = outside.ready["vault"]
    login = {"role_id": vault["role_id"], "secret_id": vault["secret_id"]}
    token = outside.http.post(f"{vault['url']}/v1/auth/approle/login", json=login).json()["auth"]["client_token"]
    outside.http.get(f"{vault['url']}/v1/dcr/data/platform/konnect", headers={"X-Vault-Token": token})
    body = {"data": {"a": "b"}, "options": {"cas": 0}}
    outside.http.post(f"{vault['url']}/v1/dcr/data/tenants/acme/spec", headers={"X-Vault-Token": token}, json=body)
    found = outside.control.get("/vault/requests").json()
    assert [(entry["operation"], entry["path"]) for entry in found["requests"]] == [
        ("update", "auth/approle/login"),
        ("read", "dcr/data/platform/konnect"),
        ("create", "dcr/data/tenants/acme/spec"),
    ]
    assert found["count"] == 3
    outside.control.delete("/requests")
    assert outside.control.get("/vault/requests").json() == {"count": 0, "requests": []}


def test_readings_are_listed_with_their_facts_and_can_be_changed(outside: Outside) -> None:
    listed = outside.control.get("/readings").json()
    assert {fact["id"]: fact["readings"][0] for fact in listed["facts"]} == listed["readings"]
    assert outside.control.put("/readings", json={"curity.status-transaction-id": "absent"}).status_code == 204
    assert outside.control.get("/readings").json()["readings"]["curity.status-transaction-id"] == "absent"
    assert "transactionId" not in outside.http.get(outside.ready["curity"]["status_url"]).json()


def test_knobs_are_listed_and_changed_by_system(outside: Outside) -> None:
    assert outside.control.get("/knobs").json()["curity-runtime"]["node_state"] == "RUNNING"
    assert (
        outside.control.put("/knobs", json={"curity-runtime": {"node_state": "BOOTING"}}).json()["curity-runtime"]["node_state"]
        == "BOOTING"
    )
    assert outside.http.get(outside.ready["curity"]["status_url"]).status_code == 503
    assert set(outside.control.get("/knobs").json()) == {"curity-admin", "curity-runtime", "konnect", "gateway"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/readings", {"curity.no-such-fact": "1"}),
        ("/readings", {"curity.status-transaction-id": "perhaps"}),
        ("/readings", {"curity.status-transaction-id": 1}),
        ("/readings", []),
        ("/knobs", {"no-such-system": {}}),
        ("/knobs", {"curity-runtime": {"no_such_knob": True}}),
        ("/knobs", {"curity-admin": {"no_such_knob": True}}),
        ("/knobs", {"konnect": {"no_such_knob": True}}),
        ("/knobs", {"gateway": {"no_such_knob": True}}),
        ("/knobs", {"curity-runtime": {"node_state": "ASLEEP"}}),
        ("/knobs", []),
        ("/knobs", {"konnect": {"more_routes": [{"service": "health"}]}}),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(outside: Outside, path: str, body: object) -> None:
    before = outside.control.get(path).json()
    answer = outside.control.put(path, json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert outside.control.get(path).json() == before


@pytest.mark.parametrize("body", [{"days": -1}, {"days": "long"}, {"years": 1}, [], {"days": 10**9}])
def test_time_goes_forward_only(outside: Outside, body: object) -> None:
    answer = outside.control.post("/clock", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_when_time_passes_everything_there_is_older_and_the_clock_is_as_before(outside: Outside) -> None:
    ready = outside.ready
    konnect = {"Authorization": f"Bearer {ready['konnect']['token']}"}

    def made() -> datetime:
        answer = outside.http.get(f"{ready['konnect']['url']}/v3/portals/{ready['portal']['id']}", headers=konnect)
        return datetime.fromisoformat(answer.json()["created_at"])

    before = made()
    assert outside.control.post("/clock", json={"days": 29, "seconds": 1}).status_code == 204
    assert before - made() == timedelta(days=29, seconds=1)
    outside.control.post("/reset")
    assert datetime.now(UTC) - made() < timedelta(minutes=5)


def test_a_route_is_added_by_a_knob(outside: Outside) -> None:
    gateway = outside.ready["gateway"]["url"]
    more = {"service": "health", "paths": ["/health"]}
    told = outside.control.put("/knobs", json={"konnect": {"more_routes": [more]}}).json()["konnect"]["more_routes"]
    assert [more.items() <= one.items() for one in told] == [True]
    assert outside.http.get(f"{gateway}/health").status_code == 200
    outside.control.put("/knobs", json={"konnect": {"more_routes": []}})
    assert outside.http.get(f"{gateway}/health").status_code == 404


def test_the_configuration_is_the_whole_export_with_its_parameters(outside: Outside) -> None:
    answer = outside.control.get("/curity/configuration")
    assert answer.headers["content-type"] == "application/xml"
    assert b'<config xmlns="http://tail-f.com/ns/config/1.0">' in answer.content
    assert b"#{RUNTIME_BASE_URL}" in answer.content


def test_a_reset_brings_the_initial_world_back(outside: Outside, world: World) -> None:
    ready = outside.ready
    before = {path: outside.control.get(path).json() for path in ("/readings", "/knobs")}
    configuration = outside.control.get("/curity/configuration").content
    konnect = {"Authorization": f"Bearer {ready['konnect']['token']}"}
    portals = outside.http.get(ready["konnect"]["url"] + "/v3/portals", headers=konnect).json()
    outside.control.put("/readings", json={"curity.invalid-client": "400"})
    outside.control.put("/knobs", json={"gateway": {"open": True}})
    _change_curity(outside)
    assert outside.control.get("/curity/configuration").content != configuration
    assert outside.control.post("/reset").status_code == 204
    assert outside.paths() == []
    assert {path: outside.control.get(path).json() for path in ("/readings", "/knobs")} == before
    assert outside.control.get("/curity/configuration").content == configuration
    after = outside.http.get(ready["konnect"]["url"] + "/v3/portals", headers=konnect).json()
    assert [one["id"] for one in after["data"]] == [one["id"] for one in portals["data"]], "the ready file stays true"
    assert world.ready is ready


def _change_curity(outside: Outside) -> None:
    curity = outside.ready["curity"]
    body = (
        '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf"><environments xmlns="https://curity.se/ns/conf/base">'
        "<environment><services><service-role><id>default</id><enabled>false</enabled></service-role></services></environment>"
        "</environments></data>"
    )
    answer = outside.http.patch(
        f"{curity['admin_url']}/data",
        content=body,
        headers={"Content-Type": "application/yang-data+xml"},
        auth=(curity["username"], curity["password"]),
    )
    assert answer.status_code == 204


def test_the_state_shows_what_is_there_without_secrets(outside: Outside) -> None:
    answer = outside.control.get("/state")
    assert answer.json()["curity-runtime"]["registered_clients"] == []
    ready = outside.ready
    for secret in (ready["konnect"]["token"], ready["curity"]["password"], ready["portal"]["developer"]["password"]):
        assert secret not in answer.text
