"""A developer's session: one login, one more when it has expired, and nothing of it for anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
import respx

from dcr.errors import Passing, Refused, Unknown
from dcr.konnect.answers import Id, KonnectAnswer
from dcr.portal.client import LoginRefused, Portal
from dcr.secret import BasicCredentials, Secret
from tests.in_process import problem

ID = "00000000-0000-4000-8000-000000000001"
PORTAL = "https://acme.edge.eu.portal.konghq.com"
HOSTS = ("acme.edge.eu.portal.konghq.com:443",)
LOGIN = "/api/v3/developer/authenticate"


class Thing(KonnectAnswer):
    id: Id


@pytest.fixture
def portal_api() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=PORTAL, assert_all_called=False) as router:
        yield router


def logged_in(cookie: str = "one", attributes: str = "Path=/; HttpOnly; Secure; SameSite=None") -> httpx.Response:
    return httpx.Response(204, headers={"set-cookie": f"portalaccesstoken={cookie}; {attributes}"})


def thing() -> httpx.Response:
    return httpx.Response(200, json={"id": ID})


def a_portal(passwords: Iterator[str] | None = None, hosts: tuple[str, ...] = HOSTS) -> Portal:
    given = passwords or iter(["first", "second"])
    return Portal(httpx.Client(base_url=PORTAL), lambda: BasicCredentials("svc@acme.example", Secret(next(given))), hosts)


def cookies(route: respx.Route) -> list[str | None]:
    return [call.request.headers.get("cookie") for call in route.calls]


def test_the_developer_logs_in_once_and_the_cookie_goes_along(portal_api: respx.MockRouter) -> None:
    login = portal_api.post(LOGIN).mock(return_value=logged_in())
    things = portal_api.get("/api/v3/things").mock(return_value=thing())
    portal = a_portal()
    portal.read("/api/v3/things", Thing)
    portal.read("/api/v3/things", Thing)

    assert [json.loads(call.request.content) for call in login.calls] == [{"username": "svc@acme.example", "password": "first"}]
    assert cookies(things) == ["portalaccesstoken=one"] * 2


def test_an_expired_session_is_renewed_once_with_the_password_as_it_is_now(portal_api: respx.MockRouter) -> None:
    leaves_more = httpx.Response(204, headers=[*logged_in("one").headers.multi_items(), ("set-cookie", "of-the-first=1; Path=/; Secure")])
    login = portal_api.post(LOGIN).mock(side_effect=[leaves_more, logged_in("two")])
    things = portal_api.post("/api/v3/things").mock(side_effect=[problem(401, "Unauthorized"), httpx.Response(201, json={"id": ID})])
    a_portal().write("POST", "/api/v3/things", {"name": "x"}, Thing)

    assert [json.loads(call.request.content)["password"] for call in login.calls] == ["first", "second"]
    assert cookies(things) == ["portalaccesstoken=one; of-the-first=1", "portalaccesstoken=two"]


def test_a_session_that_is_never_accepted_ends_after_the_second_login(portal_api: respx.MockRouter) -> None:
    login = portal_api.post(LOGIN).mock(return_value=logged_in())
    things = portal_api.get("/api/v3/things").respond(401)

    with pytest.raises(LoginRefused):
        a_portal().read("/api/v3/things", Thing)
    assert (login.call_count, things.call_count) == (2, 2)


@pytest.mark.parametrize(
    ("title", "remedy"),
    [("Invalid Credentials", "present e-mail address and password into Vault"), ("Approval Required", "must approve this developer")],
)
def test_a_refused_login_is_tried_once_and_says_what_to_do(portal_api: respx.MockRouter, title: str, remedy: str) -> None:
    login = portal_api.post(LOGIN).mock(return_value=problem(401, title, "words of the portal"))

    with pytest.raises(LoginRefused, match=remedy):
        a_portal().read("/api/v3/things", Thing)
    assert login.call_count == 1


def test_a_login_that_fails_for_another_reason_is_tried_again_by_the_next_call(portal_api: respx.MockRouter) -> None:
    login = portal_api.post(LOGIN).mock(side_effect=[problem(503, "Unavailable"), logged_in()])
    portal_api.get("/api/v3/things").mock(return_value=thing())
    portal = a_portal()

    with pytest.raises(Passing):
        portal.read("/api/v3/things", Thing)
    portal.read("/api/v3/things", Thing)
    assert login.call_count == 2


def test_a_cookie_for_another_host_is_not_taken(portal_api: respx.MockRouter) -> None:
    portal_api.post(LOGIN).mock(return_value=logged_in(attributes="Domain=evil.example; Path=/"))
    things = portal_api.get("/api/v3/things").mock(return_value=thing())
    a_portal().read("/api/v3/things", Thing)

    assert cookies(things) == [None]


def test_a_redirect_does_not_carry_the_cookie_away(portal_api: respx.MockRouter) -> None:
    portal_api.post(LOGIN).mock(return_value=logged_in())
    portal_api.get("/api/v3/things").respond(307, headers={"location": "https://evil.example/api/v3/things"})

    with pytest.raises(Refused, match="redirect"):
        a_portal().read("/api/v3/things", Thing)


def test_a_portal_on_another_host_than_the_platform_allows_is_never_sent_the_password(portal_api: respx.MockRouter) -> None:
    login = portal_api.post(LOGIN).mock(return_value=logged_in())

    with pytest.raises(Refused, match="not an allowed host"):
        a_portal(hosts=("other.example:443",)).read("/api/v3/things", Thing)
    assert login.call_count == 0


def test_a_write_whose_answer_is_lost_is_unknown_and_not_sent_again(portal_api: respx.MockRouter) -> None:
    portal_api.post(LOGIN).mock(return_value=logged_in())
    things = portal_api.post("/api/v3/things").mock(side_effect=httpx.ReadTimeout("lost"))

    with pytest.raises(Unknown):
        a_portal().write("POST", "/api/v3/things", {}, Thing)
    assert things.call_count == 1


def test_password_and_cookie_are_in_no_error_and_no_repr(portal_api: respx.MockRouter) -> None:
    portal_api.post(LOGIN).mock(return_value=logged_in("cookie-value"))
    portal_api.get("/api/v3/things").mock(return_value=problem(400, "Bad Request"))
    portal = a_portal(iter(["the-password"]))

    with pytest.raises(Refused) as error:
        portal.read("/api/v3/things", Thing)
    shown = repr(error.value) + str(error.value) + repr(error.value.__context__) + repr(portal)
    assert "the-password" not in shown and "cookie-value" not in shown
