"""The admin client: what it sends, what it takes for an answer, and which credentials it uses."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
import respx

from dcr.curity.admin.client import CurityAdmin
from dcr.errors import DcrError, Refused, Stale, Unreachable
from dcr.secret import BasicCredentials, Secret
from tests.unit.curity.admin.admin_side import DATA, body, make_admin


def test_a_read_asks_for_configuration_as_json_by_subtree(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    route = curity.get(f"{DATA}/base:profiles/profile=t,oauth-service").respond(json={"base:profile": []})

    assert admin.get("base:profiles/profile=t,oauth-service", fields="id;type", depth=2) == {"base:profile": []}

    request = route.calls.last.request
    assert dict(request.url.params) == {"content": "config", "depth": "2", "fields": "id;type"}
    assert request.headers["accept"] == "application/yang-data+json"
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"admin:right"


def test_a_write_is_one_xml_patch_of_the_datastores_root(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    route = curity.patch(DATA).respond(204)

    admin.patch_root(b"<data/>")

    request = route.calls.last.request
    assert (request.content, request.headers["content-type"]) == (b"<data/>", "application/yang-data+xml")
    assert "if-match" not in request.headers
    assert (admin.sender.count.reads, admin.sender.count.writes) == (0, 1)


@pytest.mark.parametrize("response", [httpx.Response(204), httpx.Response(404), httpx.Response(404, json=body("invalid-value"))])
def test_absent_is_told_by_either_status(curity: respx.MockRouter, admin: CurityAdmin, response: httpx.Response) -> None:
    curity.get(f"{DATA}/base:facilities").mock(return_value=response)

    assert admin.get("base:facilities") is None


def test_a_web_page_that_says_not_found_is_no_absence(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.get(f"{DATA}/base:facilities").respond(404, html="<html>nothing here</html>")

    with pytest.raises(Refused, match=r"curity\.admin_url"):
        admin.get("base:facilities")


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("dropped")])
def test_an_admin_side_that_is_not_exposed_is_told_as_such(curity: respx.MockRouter, admin: CurityAdmin, error: Exception) -> None:
    curity.get(f"{DATA}/base:facilities").mock(side_effect=error)

    with pytest.raises(Unreachable) as raised:
        admin.get("base:facilities")

    assert "curity.config.uiEnabled" in raised.value.remedy
    assert "curity.mode render" in raised.value.remedy


# Deleting


@pytest.mark.parametrize(
    "response", [httpx.Response(204), httpx.Response(404), httpx.Response(409, json=body("data-missing"))], ids=["done", "404", "409"]
)
def test_what_is_gone_counts_as_deleted(curity: respx.MockRouter, admin: CurityAdmin, response: httpx.Response) -> None:
    route = curity.delete(f"{DATA}/base:x").mock(return_value=response)

    admin.delete("base:x", if_match='"1"')

    assert route.calls.last.request.headers["if-match"] == '"1"'


def test_what_is_still_referred_to_is_not_deleted(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.delete(f"{DATA}/base:x").respond(409, json=body("data-missing", app_tag="instance-required"))

    with pytest.raises(Refused) as raised:
        admin.delete("base:x")

    assert type(raised.value) is Refused


@pytest.mark.parametrize(
    ("if_match", "answer", "kind"),
    [('"1"', None, Stale), (None, None, Refused), ('"1"', body("operation-failed"), Refused)],
    ids=["stale", "no If-Match was sent", "a rule failed"],
)
def test_412_is_stale_only_with_if_match_and_without_a_body(
    curity: respx.MockRouter, admin: CurityAdmin, if_match: str | None, answer: dict[str, Any] | None, kind: type[DcrError]
) -> None:
    curity.delete(f"{DATA}/base:x").respond(412, json=answer) if answer else curity.delete(f"{DATA}/base:x").respond(412)

    with pytest.raises(DcrError) as raised:
        admin.delete("base:x", if_match=if_match)

    assert type(raised.value) is kind


# Credentials


def test_credentials_are_read_when_first_needed_and_kept(curity: respx.MockRouter) -> None:
    asked: list[str] = []
    admin = make_admin(lambda: _told(asked, "right"))
    curity.patch(DATA).respond(204)
    assert asked == []

    admin.patch_root(b"<data/>")
    admin.patch_root(b"<data/>")

    assert asked == ["right"]


def test_rotated_credentials_are_read_anew_and_the_same_body_sent_again(curity: respx.MockRouter) -> None:
    passwords = iter(["old", "new"])
    admin = make_admin(lambda: BasicCredentials("admin", Secret(next(passwords))))
    route = curity.patch(DATA).mock(side_effect=[httpx.Response(401), httpx.Response(204), httpx.Response(204)])

    admin.patch_root(b"<data/>")
    admin.patch_root(b"<data/>")

    assert [_password(call.request) for call in route.calls] == ["old", "new", "new"]
    assert {call.request.content for call in route.calls} == {b"<data/>"}


def test_credentials_that_have_not_changed_are_not_tried_again(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    route = curity.get(f"{DATA}/base:x").respond(401, json=body("access-denied"))

    with pytest.raises(Refused, match="did not accept the admin user's credentials"):
        admin.get("base:x")

    assert route.call_count == 1


def test_two_refused_passwords_are_the_end_of_it(curity: respx.MockRouter) -> None:
    passwords = iter(["old", "new"])
    admin = make_admin(lambda: BasicCredentials("admin", Secret(next(passwords))))
    route = curity.get(f"{DATA}/base:x").respond(401)

    with pytest.raises(Refused) as raised:
        admin.get("base:x")

    assert route.call_count == 2
    assert "new" not in str(raised.value)


def _told(asked: list[str], password: str) -> BasicCredentials:
    asked.append(password)
    return BasicCredentials("admin", Secret(password))


def _password(request: httpx.Request) -> str:
    return base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().partition(":")[2]
