"""Applications as an admin sees them: adopted by client id, known again, deleted for certain."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import CheckFailed, Refused
from dcr.konnect.applications import (
    create_application,
    delete_application,
    find_application,
    find_applications_of_client,
    update_application,
)
from dcr.konnect.client import Konnect
from dcr.secret import Secret

URL, PORTAL, ID, OTHER, OWNER = "https://eu.api.konghq.com", *(f"00000000-0000-4000-8000-00000000000{digit}" for digit in "1234")
PATH = f"{URL}/v3/portals/{PORTAL}/applications"
BODY = {"name": "checkout", "owner": {"type": "team", "id": OWNER}, "auth_strategy_id": OTHER, "dcr_client_id": "c-1"}


def shown(**values: Any) -> dict[str, Any]:
    """As Konnect answers."""
    whole = {"id": ID, "name": "checkout", "description": None, "client_id": "c-1", "created_at": "2026-11-23T10:00:00Z"}
    return whole | {"auth_strategy": {"id": OTHER}, "owner": {"type": "team", "id": OWNER}} | values


@pytest.fixture
def konnect() -> Konnect:
    return Konnect(httpx.Client(base_url=URL), lambda: Secret("kpat"), ("eu.api.konghq.com:443",))


def listing(*found: dict[str, Any]) -> dict[str, Any]:
    return {"data": list(found), "meta": {"page": {"number": 1, "size": 10, "total": len(found)}}}


@respx.mock
def test_a_client_is_adopted_by_its_id(konnect: Konnect) -> None:
    route = respx.post(PATH).respond(201, json=shown())
    assert create_application(konnect, PORTAL, BODY) == ID
    assert json.loads(route.calls.last.request.content) == BODY


@respx.mock
def test_an_application_for_another_client_is_told(konnect: Konnect) -> None:
    respx.post(PATH).respond(201, json=shown(client_id="konnects-own"))

    with pytest.raises(CheckFailed, match="konnects-own"):
        create_application(konnect, PORTAL, BODY)


@respx.mock
def test_the_role_that_creating_needs_is_named(konnect: Konnect) -> None:
    respx.post(PATH).respond(403, json={"title": "Forbidden", "status": 403})

    with pytest.raises(Refused, match="Portals: Admin"):
        create_application(konnect, PORTAL, BODY)


@respx.mock
def test_an_application_is_found_by_its_client_whoever_owns_it_oldest_first(konnect: Konnect) -> None:
    newer = shown(id=OTHER, created_at="2026-11-23T11:00:00Z", owner={"type": "developer", "id": ID})
    by_key = {name: value for name, value in shown(id=OWNER).items() if name != "client_id"}
    respx.get(PATH).respond(json=listing(newer, by_key, shown(), shown(client_id="c-2")))

    assert [one.id for one in find_applications_of_client(konnect, PORTAL, "c-1")] == [ID, OTHER]


@respx.mock
def test_an_application_that_is_not_there_is_none_and_another_one_is_refused(konnect: Konnect) -> None:
    respx.get(f"{PATH}/{ID}").mock(side_effect=[httpx.Response(404), httpx.Response(200, json=shown(id=OTHER))])

    assert find_application(konnect, PORTAL, ID) is None
    with pytest.raises(CheckFailed, match=OTHER):
        find_application(konnect, PORTAL, ID)


@respx.mock
def test_only_the_owner_is_changed(konnect: Konnect) -> None:
    route = respx.patch(f"{PATH}/{ID}").respond(json=shown())
    update_application(konnect, PORTAL, ID, {"owner": BODY["owner"]})

    assert json.loads(route.calls.last.request.content) == {"owner": {"type": "team", "id": OWNER}}


@respx.mock
def test_a_deletion_is_proved(konnect: Konnect) -> None:
    respx.delete(f"{PATH}/{ID}").mock(side_effect=[httpx.Response(404), httpx.Response(204), httpx.Response(204)])
    respx.get(f"{PATH}/{ID}").mock(side_effect=[httpx.Response(404), httpx.Response(200, json=shown())])
    delete_application(konnect, PORTAL, ID)
    delete_application(konnect, PORTAL, ID)

    with pytest.raises(CheckFailed, match="still there"):
        delete_application(konnect, PORTAL, ID)
