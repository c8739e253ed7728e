"""Listing registered clients, and switching them off. Source: docs/vendors/curity.md, Client GraphQL, Removal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.curity.runtime.client_graphql_schema import NAMES
from tests.sandbox.curity_runtime.configuration import REGISTRATION_PATH
from tests.sandbox.curity_runtime.conftest import RunTime

PATH = f"{REGISTRATION_PATH}/graphql"
MARKS = {"dcr_platform": "acme-eu", "dcr_tenant": "acme", "dcr_op": "4711"}
LIST = """
query ($first: Int, $after: String, $active: Boolean = true) {
  dynamicallyRegisteredClients(first: $first, after: $after, activeClientsOnly: $active) {
    edges { node { client_id client_name status properties } } pageInfo { hasNextPage endCursor } totalCount
  }
}
"""
SET = """
mutation ($id: ID!, $status: DynamicallyRegisteredClientStatus!) {
  setDynamicallyRegisteredClientStatusById(input: {client_id: $id, status: $status}) { client { client_id status } }
}
"""
NAMES_OF_OPERATIONS = "{ __schema { queryType { fields { name args { name } } } mutationType { fields { name } } } }"


@pytest.fixture
def managed(run_time: RunTime) -> RunTime:
    """A profile with an authorization manager."""
    run_time.configuration.add("//as:authorization-server", "<authorization-manager>default</authorization-manager>")
    return run_time


def ask(run_time: RunTime, query: str, **variables: Any) -> Any:
    token = run_time.token("manager", scope="dcrm").json()["access_token"]
    body = {"query": query, "variables": variables}
    answer = run_time.http.post(PATH, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def nodes(run_time: RunTime, **variables: Any) -> list[dict[str, Any]]:
    found = ask(run_time, LIST, **variables)["data"]["dynamicallyRegisteredClients"]
    return [edge["node"] for edge in found["edges"]]


def set_status(run_time: RunTime, client: dict[str, Any], status: str) -> Any:
    return ask(run_time, SET, id=client["client_id"], status=status)["data"]["setDynamicallyRegisteredClientStatusById"]


def token_status(run_time: RunTime, client: dict[str, Any]) -> int:
    return run_time.token(client["client_id"], client["client_secret"]).status_code


def test_clients_are_listed_without_secret_and_without_who_registered_them(managed: RunTime) -> None:
    client = managed.registered(**MARKS)
    assert nodes(managed) == [{"client_id": client["client_id"], "client_name": "app", "status": "active", "properties": MARKS}]
    for hidden in ("client_secret", "initial_client", "registration_access_token"):
        refused = ask(managed, LIST.replace("status", hidden))
        assert "Cannot query field" in refused["errors"][0]["message"]
    assert token_status(managed, client) == 200, "listing rotates nothing"


def test_pages_follow_each_other_by_cursor(managed: RunTime) -> None:
    made = [managed.registered(client_name=f"app-{number}")["client_id"] for number in range(5)]
    found: list[str] = []
    after = None
    for _ in range(3):
        page = ask(managed, LIST, first=2, after=after)["data"]["dynamicallyRegisteredClients"]
        found += [edge["node"]["client_id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasNextPage"] is (len(found) < 5)
    assert found == made
    assert ask(managed, LIST, after="x")["errors"]
    assert ask(managed, LIST, after=after)["data"]["dynamicallyRegisteredClients"]["edges"] == []


def test_a_page_has_twenty_unless_asked(managed: RunTime) -> None:
    for _ in range(21):
        managed.registered()
    assert len(nodes(managed)) == 20


@pytest.mark.parametrize("arguments", ['templateId: "x"', 'username: "x"'])
def test_other_filters_find_nobody_here(managed: RunTime, arguments: str) -> None:
    managed.registered()
    answer = ask(managed, f"{{ dynamicallyRegisteredClients({arguments}) {{ totalCount }} }}")
    assert answer["data"]["dynamicallyRegisteredClients"]["totalCount"] == 0


@pytest.mark.parametrize("status", ["inactive", "revoked"])
def test_a_client_that_is_switched_off_gets_no_token(managed: RunTime, status: str) -> None:
    client, other = managed.registered(), managed.registered()
    assert set_status(managed, client, status) == {"client": {"client_id": client["client_id"], "status": status}}
    assert managed.token(client["client_id"], client["client_secret"]).json()["error"] == "invalid_client"
    assert token_status(managed, other) == 200
    assert [one["client_id"] for one in nodes(managed)] == [other["client_id"]], "active ones only, by default"
    assert {one["status"] for one in nodes(managed, active=False)} == {"active", status}
    assert managed.manage("DELETE", client).status_code == 204, "it is not deleted by that"
    assert set_status(managed, client, "active") is None


def test_a_client_can_be_switched_on_again(managed: RunTime) -> None:
    client = managed.registered()
    set_status(managed, client, "inactive")
    set_status(managed, client, "active")
    assert token_status(managed, client) == 200


@pytest.mark.parametrize(("reading", "statuses"), [("at-once", [401, 401, 401]), ("late", [200, 200, 401])])
def test_when_it_gets_no_token_is_a_reading(managed: RunTime, reading: str, statuses: list[int]) -> None:
    managed.readings.set("curity.client-status", reading)
    client = managed.registered()
    set_status(managed, client, "revoked")
    assert [token_status(managed, client) for _ in range(3)] == statuses


@pytest.mark.parametrize(("reading", "live"), [("live", True), ("ended", False)])
def test_what_becomes_of_its_tokens_is_a_reading(managed: RunTime, reading: str, live: bool) -> None:
    managed.readings.set("curity.client-status-issued", reading)
    client = managed.registered()
    token = managed.token(client["client_id"], client["client_secret"]).json()["access_token"]
    set_status(managed, client, "revoked")
    assert (managed.node.tokens.find(token, managed.node.now()) is not None) is live


@pytest.mark.parametrize("reading", NAMES)
def test_the_schema_tells_what_the_operations_are_called(managed: RunTime, reading: str) -> None:
    managed.readings.set("curity.graphql-operations", reading)
    client = managed.registered()
    schema = ask(managed, NAMES_OF_OPERATIONS)["data"]["__schema"]
    one, every = (field["name"] for field in schema["queryType"]["fields"])
    (mutation,) = (field["name"] for field in schema["mutationType"]["fields"])
    assert every == reading
    found = ask(managed, f'{{ {one}(id: "{client["client_id"]}") {{ status registration_client_uri }} {every} {{ totalCount }} }}')["data"]
    assert found == {one: {"status": "active", "registration_client_uri": client["registration_client_uri"]}, every: {"totalCount": 1}}
    ask(managed, f'mutation {{ {mutation}(input: {{client_id: "{client["client_id"]}", status: revoked}}) {{ client {{ status }} }} }}')
    assert token_status(managed, client) == 401
    others = next(names for name, names in NAMES.items() if name != reading)
    assert ask(managed, f"{{ {others.all} {{ totalCount }} }}")["errors"]


def test_a_data_source_may_refuse_to_list(managed: RunTime) -> None:
    managed.readings.set("curity.graphql-listing", "refused")
    client = managed.registered()
    answer = ask(managed, LIST)
    assert (answer["data"], len(answer["errors"])) == (None, 1)
    assert set_status(managed, client, "revoked")["client"]["status"] == "revoked"


@pytest.mark.parametrize("status", [404, 403])
def test_without_an_authorization_manager_it_is_shut(run_time: RunTime, status: int) -> None:
    run_time.readings.set("curity.graphql-without-manager", str(status))
    token = run_time.token("manager", scope="dcrm").json()["access_token"]
    assert run_time.http.post(PATH, json={"query": LIST}, headers={"Authorization": f"Bearer {token}"}).status_code == status


@pytest.mark.parametrize(("scope", "status"), [(None, 401), ("read", 403), ("dcr", 403)])
def test_the_authorization_manager_asks_for_a_scope(managed: RunTime, scope: str | None, status: int) -> None:
    headers = {"Authorization": f"Bearer {managed.access_token(scope=scope)}"} if scope else {}
    assert managed.http.post(PATH, json={"query": LIST}, headers=headers).status_code == status
    managed.node.set_knobs({"graphql_scope": scope or "read"})
    headers = {"Authorization": f"Bearer {managed.access_token(scope=scope or 'read')}"}
    assert managed.http.post(PATH, json={"query": LIST}, headers=headers).status_code == 200


def test_it_is_asked_by_post_in_json(managed: RunTime) -> None:
    headers = {"Authorization": f"Bearer {managed.token('manager', scope='dcrm').json()['access_token']}"}
    assert managed.http.get(PATH, params={"query": LIST}, headers=headers).status_code == 405
    assert managed.http.post(PATH, content=LIST, headers=headers).status_code == 415
    assert managed.http.post(PATH, json={"query": 5}, headers=headers).status_code == 400
    assert managed.http.post(PATH, json={"query": "{"}, headers=headers).json()["errors"]


def test_another_profiles_clients_are_not_there(managed: RunTime) -> None:
    client = managed.registered()
    (profile,) = managed.node.view().profiles
    (row,) = managed.node.clients.all()
    assert row.profile == profile.id
    managed.node.clients.save(replace(row, profile="another"))
    assert nodes(managed) == []
    assert set_status(managed, client, "revoked") is None
