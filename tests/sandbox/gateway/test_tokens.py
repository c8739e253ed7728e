"""Which tokens the gateway takes, keeps and asks for. Source: docs/vendors/konnect.md, Decision order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.gateway.answers import judged, pair
from tests.sandbox.konnect.region import Region


def test_a_token_of_the_identity_provider_is_as_good_as_the_pair(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    headers = {"Authorization": f"Bearer {region.idp.token(application['client_id'])}"}
    assert region.gate.get("/orders", headers=headers).json()["headers"]["x-application-id"] == application["id"]
    assert "POST /token" not in region.idp.asked


@pytest.mark.parametrize("claims", [{"iss": "https://other.example"}, {"exp": 1}, {"sub": "unknown"}])
def test_a_token_that_cannot_be_verified_is_refused(claims: dict[str, Any], admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    token = region.idp.token(application["client_id"], **claims)
    assert region.gate.get("/orders", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_strategy_without_bearer_takes_no_token(region: Region) -> None:
    application = region.application(region.bound(auth_methods=["client_credentials"]))
    region.register(application)
    headers = {"Authorization": f"Bearer {region.idp.token(application['client_id'])}"}
    assert region.gate.get("/orders", headers=headers).status_code == 401
    assert region.call(application).status_code == 200


def test_an_opaque_token_cannot_be_verified(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.idp.opaque = True
    assert judged(region.call(application)) == (401, "Unauthorized")


def test_an_identity_provider_that_is_down_lets_nobody_in(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.idp.down = True
    assert region.call(application).status_code == 401


@pytest.mark.parametrize(("caches", "asked"), [(True, 1), (False, 3)])
def test_tokens_are_kept_where_the_strategy_says_so(caches: bool, asked: int, region: Region) -> None:
    application = region.application(region.bound(cache_tokens=caches))
    region.register(application)
    region.idp.asked.clear()
    assert [region.call(application).status_code for _ in range(3)] == [200] * 3
    assert region.idp.asked.count("POST /token") == asked
    region.at_portal("POST", f"/applications/{application['id']}/regenerate-secret")
    assert region.call(application).status_code == (200 if caches else 401), "a kept token outlives its secret"


def test_a_kept_token_is_not_used_once_the_strategy_forbids_it(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.call(application)
    path = f"/v2/application-auth-strategies/{application['auth_strategy']['id']}"
    region.done("PATCH", path, {"configs": {"openid-connect": {"cache_tokens": False}}})
    region.idp.asked.clear()
    assert region.call(application).status_code == 200
    assert region.idp.asked == ["POST /token"]


def test_a_kept_token_that_ran_out_is_fetched_anew(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.idp.ttl = -1
    assert region.call(application).status_code == 401
    region.idp.ttl = 300
    assert region.call(application).status_code == 200


@pytest.mark.parametrize(("reading", "asked"), [("empty", ""), ("openid", "openid")])
def test_no_scope_reaches_the_gateway_as_the_reading_says(reading: str, asked: str, admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.readings.set("konnect.scopes-empty", reading)
    region.call(application)
    assert region.idp.scopes_asked[-1] == asked


@pytest.mark.parametrize(
    ("config", "answer"),
    [
        ({"scopes": ["a"], "scopes_required": ["a"]}, (200, "")),
        ({"scopes": ["a"], "scopes_required": ["b"]}, (403, "Forbidden")),
        ({"audience_required": ["other"], "forbidden_error_message": "Not for you"}, (403, "Not for you")),
    ],
)
def test_what_the_plugin_asks_of_a_token_must_be_in_it(config: dict[str, Any], answer: tuple[int, str], region: Region) -> None:
    application = region.application(region.bound(**config))
    region.register(application)
    assert judged(region.call(application)) == answer


def test_the_plugins_own_words_are_used_when_the_identity_provider_refuses(region: Region) -> None:
    application = region.application(region.bound(unauthorized_error_message='No "entry"'))
    assert judged(region.gate.get("/orders", auth=pair(application, "wrong"))) == (401, 'No "entry"')


def test_time_that_passes_ends_what_is_kept(admitted: tuple[Region, Any]) -> None:
    region, application = admitted
    region.call(application)
    region.idp.asked.clear()
    region.gateway.let_pass(region.idp.ttl - 60)
    assert region.call(application).status_code == 200
    assert region.idp.asked == []
    region.gateway.let_pass(60)
    assert region.call(application).status_code == 200
    assert region.idp.asked == ["POST /token"]
