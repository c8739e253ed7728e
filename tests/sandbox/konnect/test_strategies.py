"""Application auth strategies."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.konnect.state import Api
from tests.sandbox.konnect.region import Region

PATH = "/v2/application-auth-strategies"


def key_auth(**config: Any) -> dict[str, Any]:
    return {"name": "keys", "display_name": "Keys", "strategy_type": "key_auth", "configs": {"key-auth": config}}


def test_any_field_of_the_plugin_is_kept_but_labels(region: Region) -> None:
    made = region.strategy(None, cache_tokens=False, token_post_args_names=["audience"])
    assert made["configs"]["openid-connect"]["cache_tokens"] is False
    body = {"configs": {"openid-connect": {"labels": {"a": "b"}}}}
    assert region.refused(region.ask("PATCH", f"{PATH}/{made['id']}", body)) == (400, [("configs.openid-connect.labels", "invalid")])


def test_a_patch_of_the_configuration_leaves_its_other_members(region: Region) -> None:
    made = region.strategy(None, cache_tokens=False)
    changed = region.done("PATCH", f"{PATH}/{made['id']}", {"configs": {"openid-connect": {"scopes": ["a"]}}})
    assert changed["configs"]["openid-connect"] == {**made["configs"]["openid-connect"], "scopes": ["a"]}


@pytest.mark.parametrize("status", [201, 200])
def test_replacing_answers_with_the_status_of_the_reading(status: int, region: Region) -> None:
    region.readings.set("konnect.strategy-put-status", str(status))
    made = region.strategy(region.provider()["id"])
    body = {name: made[name] for name in ("name", "strategy_type", "configs")}
    answer = region.ask("PUT", f"{PATH}/{made['id']}", {**body, "display_name": "Anew"})
    assert (answer.status_code, answer.json()["display_name"], answer.json()["dcr_provider"]) == (status, "Anew", None)


def test_the_type_cannot_change(region: Region) -> None:
    made = region.strategy(None)
    assert region.refused(region.ask("PUT", f"{PATH}/{made['id']}", key_auth())) == (400, [("strategy_type", "invalid")])
    body: dict[str, Any] = {"configs": {"key-auth": {}}}
    assert region.refused(region.ask("PATCH", f"{PATH}/{made['id']}", body))[0] == 400


def test_a_strategy_is_deleted_only_when_nothing_is_published_with_it(region: Region) -> None:
    strategy_id = region.bound()
    assert region.ask("DELETE", f"{PATH}/{strategy_id}").status_code == 409
    region.done("DELETE", f"/v3/apis/{region.id(Api, 'Orders')}/publications/{region.portal_id}")
    assert region.ask("DELETE", f"{PATH}/{strategy_id}").status_code == 204
    assert region.ask("GET", f"{PATH}/{strategy_id}").status_code == 404


def test_its_provider_must_exist(region: Region) -> None:
    made = region.strategy(None)
    answer = region.ask("PATCH", f"{PATH}/{made['id']}", {"dcr_provider_id": str(uuid.uuid4())})
    assert region.refused(answer) == (400, [("dcr_provider_id", "missing_reference")])


def test_a_provider_is_bound_and_unbound(region: Region) -> None:
    provider, made = region.provider(display_name="Curity"), region.strategy(None)
    bound = region.done("PATCH", f"{PATH}/{made['id']}", {"dcr_provider_id": provider["id"]})
    assert bound["dcr_provider"] == {"id": provider["id"], "name": "curity", "display_name": "Curity", "provider_type": "curity"}
    assert region.done("PATCH", f"{PATH}/{made['id']}", {"dcr_provider_id": None})["dcr_provider"] is None


def test_key_auth_is_taken_too(region: Region) -> None:
    made = region.done("POST", PATH, key_auth(ttl={"value": 2, "unit": "weeks"}))
    assert made["configs"] == {"key-auth": {"key_names": ["apikey"], "ttl": {"value": 2, "unit": "weeks"}}}
    changed = region.done("PATCH", f"{PATH}/{made['id']}", {"configs": {"key-auth": {"key_names": ["k"]}}})
    assert changed["configs"]["key-auth"]["key_names"] == ["k"]


@pytest.mark.parametrize(("reading", "status"), [("409", 409), ("400", 400), ("allowed", 201)])
def test_a_name_that_is_taken_is_answered_as_the_reading_says(reading: str, status: int, region: Region) -> None:
    region.readings.set("konnect.duplicate-strategy-name", reading)
    made = region.strategy(None)
    body = {name: made[name] for name in ("name", "display_name", "strategy_type", "configs")}
    assert region.ask("POST", PATH, body).status_code == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[dcr_provider_name]=curity", ["curity"]),
        ("filter[dcr_provider_type][eq]=okta", ["partners"]),
        ("filter[strategy_type]=key_auth", []),
        ("sort=dcr_provider_name desc", ["partners", "curity"]),
    ],
)
def test_a_list_can_be_asked_for_by_the_provider(query: str, found: list[str], region: Region) -> None:
    region.bound()
    assert [row["name"] for row in region.done("GET", f"{PATH}?{query}")["data"]] == found
