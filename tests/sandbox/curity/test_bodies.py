"""Bodies of edits: media types, form, and the two readings of what is empty."""

from __future__ import annotations

import pytest

from tests.sandbox.curity.admin import AUTHORIZATION_SERVER, CLIENTS, DCR, ISSUERS, JSON, Admin, enable, error


@pytest.mark.parametrize(
    ("json_empty", "unsettled", "value", "status"),
    [
        ("either", "modelled", [None], 204),
        ("either", "modelled", {}, 204),
        ("either", "swapped", [None], 204),
        ("either", "swapped", {}, 204),
        ("strict", "modelled", [None], 204),
        ("strict", "modelled", {}, 400),
        ("strict", "swapped", [None], 400),
        ("strict", "swapped", {}, 204),
    ],
)
def test_null_or_object_for_what_is_empty(json_empty: str, unsettled: str, value: object, status: int) -> None:
    """The kind of a registered client's capabilities is not settled (docs/vendors/curity.md, Empty nodes)."""
    admin = Admin(json_empty=json_empty)
    enable(admin)
    admin.readings.set("curity.unsettled-kinds", unsettled)
    assert admin.patch(f"{DCR}/non-templatized", {"profile-oauth:non-templatized": {"capabilities": {"code": value}}}).status_code == status
    shown = {} if unsettled == "swapped" else [None]
    assert admin.read(f"{DCR}/non-templatized/capabilities")["client-credentials"] == shown


@pytest.mark.parametrize(("json_empty", "status"), [("either", 204), ("strict", 400)])
def test_a_settled_container_takes_null_by_reading(json_empty: str, status: int) -> None:
    admin = Admin(json_empty=json_empty)
    body = {"profile-oauth:client-capabilities": {"implicit": [None]}}
    assert admin.patch(f"{AUTHORIZATION_SERVER}/client-capabilities", body).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"profile-oauth:client": []}',
        b'{"profile-oauth:client": "x"}',
        b'{"client": [{"id": "x"}]}',
        b'{"profile-oauth:client": [{"id": "x", "id": "y"}]}',
        b'{"profile-oauth:client": [{"id": "x"}, {"id": "y"}]}',
        b'{"profile-oauth:client": [{"id": "x", "scope": "openid"}]}',
        b'{"profile-oauth:client": [{"id": "x", "nothing": 1}]}',
        b'{"profile-oauth:client": [{"id": "x", "enabled": "true"}]}',
        b'{"profile-oauth:client": [{"id": "x", "enabled": 1}]}',
        b'{"profile-oauth:client": [{"id": "x", "access-token-ttl": "300"}]}',
        b'{"profile-oauth:client": [{"id": "x", "access-token-ttl": 3.5}]}',
        b'{"profile-oauth:client": [{"id": 7}]}',
        b'{"profile-oauth:client": [{"id": "x", "capabilities": true}]}',
        b'{"profile-oauth:client": [{"id": "x", "created-at": "now"}]}',
        b'{"profile-oauth:client": [{"capabilities": {"client-credentials": [null]}}]}',
    ],
)
def test_a_json_body_that_breaks_the_form_is_refused(admin: Admin, body: bytes) -> None:
    assert admin.http.post(CLIENTS, content=body, headers={"Content-Type": JSON}).status_code == 400


@pytest.mark.parametrize("body", ["", "<a", "<data/>", '<config xmlns="http://tail-f.com/ns/config/1.0"/>'])
def test_an_xml_body_with_another_root_is_refused(admin: Admin, body: str) -> None:
    assert error(admin.patch_xml(body)) == (400, "malformed-message")


@pytest.mark.parametrize(
    "content",
    [
        "text",
        '<x xmlns="urn:x"/>',
        '<aaa xmlns="http://tail-f.com/ns/aaa/1.1"/>',
        '<profiles xmlns="https://curity.se/ns/conf/base" operation="delete"/>',
        '<profiles xmlns="https://curity.se/ns/conf/base">text</profiles>',
        '<profiles xmlns="https://curity.se/ns/conf/base"/><profiles xmlns="https://curity.se/ns/conf/base"/>',
    ],
)
def test_an_xml_body_that_breaks_the_form_is_refused(admin: Admin, content: str) -> None:
    data = f'<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf">{content}</data>'
    assert error(admin.patch_xml(data)) == (400, "malformed-message")


def test_a_document_type_is_refused(admin: Admin) -> None:
    data = '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf"/>'
    assert admin.patch_xml(data).status_code == 204
    assert error(admin.patch_xml(f"<!DOCTYPE data>{data}")) == (400, "malformed-message")


@pytest.mark.parametrize("media_type", ["application/json", "application/xml", "text/plain", "application/yang-patch+json", ""])
@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_other_media_types_are_unsupported(admin: Admin, method: str, media_type: str) -> None:
    answer = admin.http.request(method, ISSUERS, content=b"{}", headers={"Content-Type": media_type})
    assert error(answer) == (415, "malformed-message")
