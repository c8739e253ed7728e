"""The how-to by hand, over HTTPS only: what each system says of the others must fit together."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.world import World, WorldOptions
from tests.reference import REFERENCE, needs_reference

SECRET = "initial client's own secret"
EXPORTS = sorted((REFERENCE / "curity" / "exports").glob("*.xml")) if REFERENCE else []


class ByHand:
    """What a person does, with the ready file in hand."""

    def __init__(self, world: World) -> None:
        self.world, self.ready = world, world.ready
        self.http = httpx.Client(verify=ssl.create_default_context(cafile=self.ready["ca_file"]), trust_env=False)
        self.konnect_auth = {"Authorization": f"Bearer {self.ready['konnect']['token']}"}

    def configure_curity(self) -> None:
        assert REFERENCE
        body = (REFERENCE / "curity" / "root_patch.xml").read_text(encoding="utf-8")
        body = body.replace("${DCR_CLIENT_ID}", "konnect-dcr").replace("${DCR_CLIENT_SECRET}", SECRET)
        curity = self.ready["curity"]
        answer = self.http.patch(
            f"{curity['admin_url']}/data",
            content=body.encode(),
            headers={"Content-Type": "application/yang-data+xml"},
            auth=(curity["username"], curity["password"]),
        )
        assert answer.status_code == 204, answer.text

    def konnect(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, self.ready["konnect"]["url"] + path, headers=self.konnect_auth, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def portal(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.ready['portal']['url']}/api/v3{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def bind_portal(self) -> str:
        """Provider, strategy, publication of Orders; gives the strategy's id."""
        issuer = self.ready["curity"]["issuer"] + "/.well-known/openid-configuration"
        config = {"initial_client_id": "konnect-dcr", "initial_client_secret": SECRET}
        provider = self.konnect(
            "POST", "/v2/dcr-providers", {"name": "curity", "provider_type": "curity", "issuer": issuer, "dcr_config": config}
        )
        oidc = {"issuer": issuer, "credential_claim": ["sub"], "scopes": [], "auth_methods": ["client_credentials", "bearer"]}
        strategy = {"name": "curity", "display_name": "Curity", "strategy_type": "openid_connect", "configs": {"openid-connect": oidc}}
        strategy_id: str = self.konnect("POST", "/v2/application-auth-strategies", strategy | {"dcr_provider_id": provider["id"]})["id"]
        api, portal = self.ready["konnect"]["apis"]["Orders"], self.ready["portal"]["id"]
        publication = {"auth_strategy_ids": [strategy_id], "auto_approve_registrations": True}
        self.konnect("PUT", f"/v3/apis/{api}/publications/{portal}", publication)
        return strategy_id

    def create_application(self, strategy_id: str) -> dict[str, Any]:
        """As the service developer, with a registration for Orders."""
        developer = self.ready["portal"]["developer"]
        self.portal("POST", "/developer/authenticate", {"username": developer["email"], "password": developer["password"]})
        wish = {"name": "orders-client", "auth_strategy_id": strategy_id, "redirect_uri": "https://app.example/cb"}
        application: dict[str, Any] = self.portal("POST", "/applications", wish)
        registration = {"api_id": self.ready["konnect"]["apis"]["Orders"]}
        self.portal("POST", f"/applications/{application['id']}/registrations", registration)
        return application

    def call(self, path: str, auth: tuple[str, str] | None) -> int:
        return self.http.get(self.ready["gateway"]["url"] + path, auth=auth).status_code


@pytest.fixture(scope="module", params=[None, *EXPORTS], ids=lambda file: file.stem if file else "own export")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with World(WorldOptions(curity_config=request.param)) as world:
        yield world


@pytest.fixture
def by_hand(world: World) -> Iterator[ByHand]:
    world.reset()
    by_hand = ByHand(world)
    yield by_hand
    by_hand.http.close()


@needs_reference
def test_the_how_to_ends_in_a_request_that_only_good_credentials_pass(by_hand: ByHand) -> None:
    by_hand.configure_curity()
    application = by_hand.create_application(by_hand.bind_portal())
    credentials = application["client_id"], application["client_secret"]
    assert by_hand.call("/orders", credentials) == 200
    assert by_hand.call("/orders", None) == 401
    assert by_hand.call("/orders", (credentials[0], "wrong")) == 401
    assert by_hand.call("/orders", ("unknown", credentials[1])) == 401
    assert by_hand.call("/payments", credentials) != 401, "not published with a strategy, so nobody asks"


@needs_reference
def test_konnect_and_the_gateway_really_ask_curity(by_hand: ByHand) -> None:
    by_hand.configure_curity()
    application = by_hand.create_application(by_hand.bind_portal())
    by_hand.call("/orders", (application["client_id"], application["client_secret"]))
    asked = [entry.path.rpartition("/")[2] for entry in by_hand.world.log.entries("curity-runtime", caller="sandbox")]
    assert asked.count("oauth-registration") == 1
    assert asked.count("oauth-token") == 2, "the dcr token, and the application's own"
    (row,) = by_hand.world.systems.node.clients.all()
    assert (row.client_id, row.initial_client) == (application["client_id"], "konnect-dcr")


@needs_reference
def test_without_the_switch_the_gateway_cannot_use_curitys_tokens(by_hand: ByHand) -> None:
    by_hand.configure_curity()
    application = by_hand.create_application(by_hand.bind_portal())
    curity = by_hand.ready["curity"]
    path = "/data/base:profiles/profile=token-service,oauth-service/token-issuers/default-token-issuer/access-token-as-jwt"
    answer = by_hand.http.delete(curity["admin_url"] + path, auth=(curity["username"], curity["password"]))
    assert answer.status_code == 204
    assert by_hand.call("/orders", (application["client_id"], application["client_secret"])) == 401


@needs_reference
def test_without_curitys_side_no_application_is_made(by_hand: ByHand) -> None:
    strategy_id = by_hand.bind_portal()
    developer = by_hand.ready["portal"]["developer"]
    by_hand.portal("POST", "/developer/authenticate", {"username": developer["email"], "password": developer["password"]})
    wish = {"name": "orders-client", "auth_strategy_id": strategy_id}
    answer = by_hand.http.post(f"{by_hand.ready['portal']['url']}/api/v3/applications", json=wish)
    assert answer.is_error
    assert by_hand.world.systems.node.clients.all() == []


@needs_reference
def test_no_secret_stands_in_the_log(by_hand: ByHand) -> None:
    by_hand.configure_curity()
    application = by_hand.create_application(by_hand.bind_portal())
    by_hand.call("/orders", (application["client_id"], application["client_secret"]))
    log = repr(by_hand.world.log.entries())
    for secret in (
        SECRET,
        application["client_secret"],
        by_hand.ready["konnect"]["token"],
        by_hand.ready["portal"]["developer"]["password"],
    ):
        assert secret not in log
