"""YANG Patch and rollback: both open, both played."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from tests.sandbox.curity.admin import CLIENTS, ISSUERS, PROFILE, XML, Admin, client, error

PATCH_JSON, PATCH_XML = "application/yang-patch+json", "application/yang-patch+xml"
NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-yang-patch"
CLIENT_XML = (
    '<client xmlns="https://curity.se/ns/conf/profile/oauth"><id>new</id><capabilities><client-credentials/></capabilities></client>'
)


@pytest.fixture
def patching() -> Admin:
    return Admin(yang_patch="advertised")


def yang_patch(admin: Admin, *edits: dict[str, Any], path: str = "", **headers: str) -> httpx.Response:
    numbered = [{"edit-id": f"edit {number}", **edit} for number, edit in enumerate(edits, 1)]
    body = {"ietf-yang-patch:yang-patch": {"patch-id": "one", "edit": numbered}}
    return admin.http.patch(path, json=body, headers={"Content-Type": PATCH_JSON, **headers})


def status(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["ietf-yang-patch:yang-patch-status"]
    return found


def test_yang_patch_is_unknown_unless_advertised(admin: Admin, patching: Admin) -> None:
    capability = "urn:ietf:params:restconf:capability:yang-patch:1.0"
    state = "/ietf-restconf-monitoring:restconf-state/capabilities"
    assert capability not in admin.get(state).text
    assert capability in patching.get(state).text
    assert error(yang_patch(admin)) == (415, "malformed-message")


def test_one_patch_creates_changes_and_deletes(patching: Admin) -> None:
    shop = f"{CLIENTS}/client=web-shop"
    answer = yang_patch(
        patching,
        {"operation": "create", "target": f"{CLIENTS}/client=new", "value": client("new")},
        {"operation": "merge", "target": f"{CLIENTS}/client=other", "value": client("other", enabled=False)},
        {"operation": "replace", "target": f"{CLIENTS}/client=order-batch", "value": client("order-batch")},
        {"operation": "delete", "target": shop},
        {"operation": "remove", "target": shop},
    )
    assert (answer.status_code, status(answer)) == (200, {"patch-id": "one", "ok": [None]})
    found = {one["id"]: one for one in patching.read(CLIENTS)["client"]}
    assert set(found) == {"api-gateway", "new", "order-batch", "other"}
    assert set(found["order-batch"]) == {"id", "capabilities"}
    assert patching.datastore.revision == 2


def test_targets_are_relative_to_the_resource(patching: Admin) -> None:
    answer = yang_patch(patching, {"operation": "delete", "target": "/client=web-shop"}, path=CLIENTS)
    assert answer.status_code == 200
    assert patching.get(f"{CLIENTS}/client=web-shop").status_code == 404


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"operation": "create", "target": f"{CLIENTS}/client=web-shop", "value": client("web-shop")}, (409, "data-exists")),
        ({"operation": "delete", "target": f"{CLIENTS}/client=nobody"}, (404, "invalid-value")),
        ({"operation": "merge", "target": f"{CLIENTS}/client=new"}, (400, "malformed-message")),
        ({"operation": "delete", "target": f"{CLIENTS}/client=web-shop", "value": {}}, (400, "malformed-message")),
        ({"operation": "move", "target": f"{CLIENTS}/client=web-shop"}, (400, "malformed-message")),
        ({"operation": "delete", "target": "/"}, (400, "invalid-value")),
        ({"operation": "delete", "target": f"{CLIENTS}/client"}, (400, "invalid-value")),
        ({"operation": "delete", "target": "/nothing"}, (400, "missing-attribute")),
        ({"operation": "merge", "target": f"{CLIENTS}/client=new", "value": {}}, (400, "malformed-message")),
    ],
)
def test_a_failed_edit_is_named_and_undoes_the_others(patching: Admin, edit: dict[str, Any], expected: tuple[int, str]) -> None:
    before = patching.datastore.export()
    answer = yang_patch(patching, {"operation": "remove", "target": f"{CLIENTS}/client=order-batch"}, edit)
    (failed,) = status(answer)["edit-status"]["edit"]
    (found,) = failed["ietf-restconf:errors"]["error"]
    assert (failed["edit-id"], answer.status_code, found["error-tag"]) == ("edit 2", *expected)
    assert patching.datastore.export() == before


def test_a_commit_that_fails_is_told_for_the_whole_patch(patching: Admin) -> None:
    answer = yang_patch(patching, {"operation": "delete", "target": f"{PROFILE}/endpoints/endpoint=token-service-token"})
    (found,) = status(answer)["ietf-restconf:errors"]["error"]
    assert (answer.status_code, found["error-tag"]) == (400, "invalid-value")


def test_a_patch_can_be_stale(patching: Admin) -> None:
    answer = yang_patch(patching, {"operation": "remove", "target": f"{CLIENTS}/client=web-shop"}, **{"If-Match": '"other"'})
    assert (answer.status_code, answer.content) == (412, b"")


def test_a_patch_may_be_xml(patching: Admin) -> None:
    edit = f"<edit><edit-id>1</edit-id><operation>create</operation><target>{CLIENTS}/client=new</target><value>{CLIENT_XML}</value></edit>"
    body = f'<yang-patch xmlns="{NAMESPACE}"><patch-id>one</patch-id>{edit}</yang-patch>'
    answer = patching.http.patch("", content=body, headers={"Content-Type": PATCH_XML, "Accept": XML})
    assert answer.status_code == 200
    assert etree.fromstring(answer.content).find(f"{{{NAMESPACE}}}ok") is not None
    assert patching.read(f"{CLIENTS}/client=new")[0]["id"] == "new"


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (PATCH_JSON, "{}"),
        (PATCH_JSON, '{"ietf-yang-patch:yang-patch": {"patch-id": 1, "edit": []}}'),
        (PATCH_JSON, '{"ietf-yang-patch:yang-patch": {"patch-id": "1", "edit": {}}}'),
        (PATCH_XML, "<yang-patch/>"),
        (PATCH_XML, f'<yang-patch xmlns="{NAMESPACE}"/>'),
    ],
)
def test_what_is_no_patch_is_refused(patching: Admin, media_type: str, body: str) -> None:
    assert error(patching.http.patch("", content=body, headers={"Content-Type": media_type})) == (400, "malformed-message")


def apply_rollback(admin: Admin, body: Any, **headers: str) -> httpx.Response:
    path = "/tailf-rollback:rollback-files/apply-rollback-file"
    return admin.http.post(path, json=body, headers={"Content-Type": "application/yang-data+json", **headers})


def test_a_commit_can_be_rolled_back(admin: Admin) -> None:
    before = admin.datastore.export()
    answer = admin.patch(
        f"{ISSUERS}/default-token-issuer", {"base:default-token-issuer": {"access-token-as-jwt": [None]}}, **{"rollback-id": "true"}
    )
    assert answer.status_code == 200
    rollback_id = answer.json()["tailf-restconf:result"]["rollback"]["id"]
    assert admin.datastore.export() != before
    assert apply_rollback(admin, {"input": {"fixed-number": rollback_id}}).status_code == 204
    assert admin.datastore.export() == before


def test_a_rollback_takes_a_number_that_is_kept(admin: Admin) -> None:
    assert apply_rollback(admin, {"input": {"fixed-number": 1}}).status_code == 404
    assert apply_rollback(admin, {"fixed-number": 1}).status_code == 400
    assert apply_rollback(admin, {}, **{"Content-Type": XML}).status_code == 415
    assert admin.http.get("/tailf-rollback:rollback-files/apply-rollback-file").status_code == 405


def test_a_server_may_know_no_rollback() -> None:
    admin = Admin(rollback_id="refused")
    body = {"base:default-token-issuer": {"access-token-as-jwt": [None]}}
    assert admin.patch(f"{ISSUERS}/default-token-issuer", body, **{"rollback-id": "true"}).status_code == 400
    assert apply_rollback(admin, {"input": {"fixed-number": 10001}}).status_code == 404
