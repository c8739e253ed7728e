"""Days and years after the how-to, over HTTPS: what Konnect can still do at Curity, and what stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.world import World
from tests.reference import needs_reference
from tests.sandbox.test_whole_world import SECRET, ByHand

pytestmark = needs_reference


OPERATORS_PATCH = """
<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf"><profiles xmlns="https://curity.se/ns/conf/base"><profile><id>token-service</id>
<type xmlns:as="https://curity.se/ns/conf/profile/oauth">as:oauth-service</type><settings>
<authorization-server xmlns="https://curity.se/ns/conf/profile/oauth"><authorization-manager>default</authorization-manager>
<dynamic-client-registration><client-management><management-clients><client>konnect-dcr</client></management-clients></client-management>
</dynamic-client-registration></authorization-server></settings></profile></profiles></data>
"""
"""What an operator adds so that the initial client may use the GraphQL API."""
LIST = "{ dynamicallyRegisteredClients { edges { node { client_id client_name status } } } }"
REVOKE = """
mutation ($id: ID!) {
  setDynamicallyRegisteredClientStatusById(input: {client_id: $id, status: revoked}) { client { status } }
}
"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def by_hand(world: World) -> Iterator[ByHand]:
    """Curity configured, the portal bound."""
    world.reset()
    by_hand = ByHand(world)
    by_hand.configure_curity()
    yield by_hand
    by_hand.http.close()


@pytest.fixture
def application(by_hand: ByHand) -> dict[str, Any]:
    """One that gets through the gateway."""
    made = by_hand.create_application(by_hand.bind_portal())
    assert by_hand.call("/orders", (made["client_id"], made["client_secret"])) == 200
    return made


def control(by_hand: ByHand, method: str, path: str, body: Any = None) -> None:
    answer = httpx.request(method, by_hand.ready["control"]["url"] + path, json=body, trust_env=False)
    assert answer.is_success, answer.text


def ask_portal(by_hand: ByHand, method: str, application: dict[str, Any], below: str = "") -> int:
    return by_hand.http.request(method, f"{by_hand.ready['portal']['url']}/api/v3/applications/{application['id']}{below}").status_code


def token_status(by_hand: ByHand, application: dict[str, Any]) -> int:
    curity = by_hand.ready["curity"]
    metadata = by_hand.http.get(f"{curity['issuer']}/.well-known/openid-configuration").json()
    pair = application["client_id"], application["client_secret"]
    return by_hand.http.post(metadata["token_endpoint"], data={"grant_type": "client_credentials"}, auth=pair).status_code


def graphql(by_hand: ByHand, query: str, **variables: Any) -> Any:
    """As the initial client, with a token of scope `dcrm`."""
    metadata = by_hand.http.get(f"{by_hand.ready['curity']['issuer']}/.well-known/openid-configuration").json()
    form = {"grant_type": "client_credentials", "scope": "dcrm"}
    token = by_hand.http.post(metadata["token_endpoint"], data=form, auth=("konnect-dcr", SECRET)).json()["access_token"]
    body, bearer = {"query": query, "variables": variables}, {"Authorization": f"Bearer {token}"}
    answer = by_hand.http.post(f"{metadata['registration_endpoint']}/graphql", json=body, headers=bearer)
    assert answer.is_success, answer.text
    assert "errors" not in answer.json()
    return answer.json()["data"]


@pytest.mark.parametrize(("days", "too_old", "token"), [(0, False, 401), (27, False, 401), (29, True, 401), (366, True, 200)])
def test_konnects_registration_token_grows_old(days: int, too_old: bool, token: int, by_hand: ByHand, application: dict[str, Any]) -> None:
    control(by_hand, "POST", "/clock", {"days": days})
    assert by_hand.call("/orders", (application["client_id"], application["client_secret"])) == 200, "the client itself does not age"
    if too_old:
        assert ask_portal(by_hand, "POST", application, "/regenerate-secret") == 400
    assert ask_portal(by_hand, "DELETE", application) == 204
    assert token_status(by_hand, application) == token, "200: an orphan"


def test_a_regenerated_secret_brings_a_fresh_registration_token(by_hand: ByHand, application: dict[str, Any]) -> None:
    for _ in range(3):
        control(by_hand, "POST", "/clock", {"days": 20})
        assert ask_portal(by_hand, "POST", application, "/regenerate-secret") == 201


def test_a_deletion_that_curity_refuses_may_be_refused_to_us(by_hand: ByHand, application: dict[str, Any]) -> None:
    control(by_hand, "PUT", "/readings", {"konnect.deletion-refused": "refused"})
    control(by_hand, "POST", "/clock", {"days": 366})
    assert ask_portal(by_hand, "DELETE", application) == 400
    assert by_hand.call("/orders", (application["client_id"], application["client_secret"])) == 200


def test_a_list_of_credentials_may_lock_the_consumer_out(by_hand: ByHand, application: dict[str, Any]) -> None:
    control(by_hand, "PUT", "/readings", {"konnect.credentials-read": "rotates"})
    listed = by_hand.konnect("GET", f"/v3/portals/{by_hand.ready['portal']['id']}/applications/{application['id']}/credentials")
    assert [row["client_id"] for row in listed["data"]] == [application["client_id"]]
    assert token_status(by_hand, application) == 401


def test_an_orphan_is_found_and_switched_off(by_hand: ByHand, application: dict[str, Any]) -> None:
    control(by_hand, "POST", "/clock", {"days": 366})
    assert ask_portal(by_hand, "DELETE", application) == 204
    curity = by_hand.ready["curity"]
    pair, media_type = (curity["username"], curity["password"]), {"Content-Type": "application/yang-data+xml"}
    patched = by_hand.http.patch(f"{curity['admin_url']}/data", content=OPERATORS_PATCH.encode(), headers=media_type, auth=pair)
    assert patched.status_code == 204, patched.text
    (orphan,) = (edge["node"] for edge in graphql(by_hand, LIST)["dynamicallyRegisteredClients"]["edges"])
    assert (orphan["client_id"], orphan["status"]) == (application["client_id"], "active")
    assert token_status(by_hand, application) == 200
    graphql(by_hand, REVOKE, id=orphan["client_id"])
    assert token_status(by_hand, application) == 401


def test_routes_are_listed_and_served_by_one_table(by_hand: ByHand, application: dict[str, Any]) -> None:
    routes = [{"service": "orders", "paths": ["/orders-v2"]}, {"service": "health", "paths": ["/health"]}]
    control(by_hand, "PUT", "/knobs", {"konnect": {"more_routes": routes}})
    entities = f"/v2/control-planes/{by_hand.ready['konnect']['control_plane_id']}/core-entities"
    listed = by_hand.konnect("GET", f"{entities}/routes?size=10")["data"]
    found = {path: by_hand.call(path, None) for row in listed for path in row["paths"]}
    assert found == {"/orders": 401, "/payments": 200, "/orders-v2": 401, "/health": 200}
    assert by_hand.call("/orders-v2", (application["client_id"], application["client_secret"])) == 200
