"""Logging in, and becoming a developer."""

from __future__ import annotations

import uuid

import pytest

from sandbox.konnect.state import Developer, Mail
from tests.sandbox.konnect.region import PASSWORD, Region

EMAIL = "new@acme.example"

NOBODYS = uuid.UUID(int=7, version=4)


def cookies(region: Region) -> dict[str, str]:
    """Name -> attributes of what a login sets."""
    found = region.log_in().headers.get_list("set-cookie")
    return {one.partition("=")[0]: one.partition(";")[2] for one in found}


@pytest.mark.parametrize(("reading", "path"), [("v2", "/v2/refresh"), ("v3", "/api/v3/developer/refresh")])
def test_a_login_sets_two_cookies_that_only_a_browser_over_https_sends(reading: str, path: str, region: Region) -> None:
    region.readings.set("portal.refresh-path", reading)
    found = cookies(region)
    assert found.keys() == {"portalaccesstoken", "portalrefreshtoken"}
    assert all({"HttpOnly", "Secure"} <= {part.strip() for part in attributes.split(";")} for attributes in found.values())
    assert f"Path={path}" in found["portalrefreshtoken"]
    assert region.at_portal("GET", "/developer/me")["id"] == region.developer_id


@pytest.mark.parametrize(("email", "password"), [("service-developer@acme.example", "wrong"), ("nobody@acme.example", PASSWORD)])
def test_a_wrong_email_and_a_wrong_password_get_the_same_answer(email: str, password: str, region: Region) -> None:
    answer = region.log_in(email, password)
    assert (answer.status_code, answer.json()["title"]) == (401, "Invalid Credentials")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("status", ["pending", "revoked", "rejected"])
def test_who_is_not_approved_cannot_log_in_nor_go_on(status: str, region: Region) -> None:
    region.log_in()
    region.done("PATCH", f"/v3/portals/{region.portal_id}/developers/{region.developer_id}", {"status": status})
    assert region.portal.get("/api/v3/developer/me").status_code == 401
    answer = region.log_in()
    assert (answer.status_code, answer.json()["title"]) == (401, "Approval Required")


@pytest.mark.parametrize(
    "path",
    ["/developer/me", "/developer/teams", "/applications", "/application-auth-strategies", f"/applications/{NOBODYS}"],
)
def test_without_a_cookie_nothing_of_ones_own_is_answered(path: str, region: Region) -> None:
    assert region.portal.get(f"/api/v3{path}").status_code == 401
    region.portal.cookies.set("portalaccesstoken", "made-up", domain="portal.example")
    assert region.portal.get(f"/api/v3{path}").status_code == 401


def test_the_platforms_token_is_worth_nothing_here(region: Region) -> None:
    answer = region.portal.get("/api/v3/applications", headers={"Authorization": region.konnect.headers["Authorization"]})
    assert answer.status_code == 401


@pytest.mark.parametrize(("reading", "statuses"), [("lasting", [200] * 4), ("short", [200, 200, 401, 401])])
def test_a_session_lasts_or_ends_after_some_requests(reading: str, statuses: list[int], region: Region) -> None:
    region.readings.set("portal.session-lifetime", reading)
    region.log_in()
    assert [region.portal.get("/api/v3/developer/me").status_code for _ in range(4)] == statuses
    assert region.log_in().status_code == 204


def test_a_logout_ends_the_session(region: Region) -> None:
    region.log_in()
    kept = region.portal.cookies["portalaccesstoken"]
    assert region.portal.post("/api/v3/developer/logout").status_code == 204
    region.portal.cookies.set("portalaccesstoken", kept, domain="portal.example")
    assert region.portal.get("/api/v3/developer/me").status_code == 401


def test_a_refresh_cookie_works_once_and_for_nothing_else(region: Region) -> None:
    region.readings.set("portal.refresh-path", "v3")
    region.log_in()
    refresh = region.portal.cookies["portalrefreshtoken"]
    assert region.portal.post("/api/v3/developer/refresh").status_code == 204
    region.portal.cookies.clear()
    for name in ("portalrefreshtoken", "portalaccesstoken"):
        region.portal.cookies.set(name, refresh, domain="portal.example")
    assert region.portal.post("/api/v3/developer/refresh").status_code == 401
    assert region.portal.get("/api/v3/developer/me").status_code == 401


def test_passwords_can_be_switched_off(region: Region) -> None:
    region.done("PATCH", f"/v3/portals/{region.portal_id}/authentication-settings", {"basic_auth_enabled": False})
    assert region.log_in().status_code == 404
    assert region.at_portal("GET", "/portal")["basic_auth_enabled"] is False


def test_the_portal_tells_everyone_where_one_is(region: Region) -> None:
    context = region.at_portal("GET", "/portal")
    assert (context["portal_id"], context["org_id"], context["authentication_enabled"]) == (region.portal_id, region.org.id, True)
    assert context["canonical_domain"] == region.done("GET", f"/v3/portals/{region.portal_id}")["canonical_domain"]


def test_a_person_becomes_a_developer_by_mail_and_approval(region: Region) -> None:
    assert region.portal.post("/api/v3/developer", json={"email": EMAIL, "full_name": "New"}).status_code == 201
    (mail,) = region.org.all(Mail)
    verified = region.portal.post("/api/v3/developer/verify-email", json={"token": mail.token})
    assert (verified.status_code, verified.json()["email"]) == (202, EMAIL)
    reset = {"token": verified.json()["token"], "password": "new password"}
    assert region.portal.post("/api/v3/developer/reset-password", json=reset).status_code == 204
    assert region.log_in(EMAIL, "new password").json()["title"] == "Approval Required"
    developer = next(one for one in region.org.all(Developer) if one.email == EMAIL)
    region.done("PATCH", f"/v3/portals/{region.portal_id}/developers/{developer.id}", {"status": "approved"})
    assert region.log_in(EMAIL, "new password").status_code == 204


def test_a_token_of_a_mail_works_once(region: Region) -> None:
    region.portal.post("/api/v3/developer", json={"email": EMAIL, "full_name": "New"})
    token = {"token": region.org.all(Mail)[0].token}
    assert [region.portal.post("/api/v3/developer/verify-email", json=token).status_code for _ in range(2)] == [202, 410]
    assert region.portal.post("/api/v3/developer/verify-email", json={"token": str(uuid.UUID(int=7, version=4))}).status_code == 404
    assert region.portal.post("/api/v3/developer/reset-password", json={**token, "password": "x"}).status_code == 404


def test_a_forgotten_password_is_set_anew_and_nobody_learns_who_has_one(region: Region) -> None:
    path = "/api/v3/developer/forgot-password"
    emails = ["service-developer@acme.example", "nobody@acme.example"]
    assert [region.portal.post(path, json={"email": email}).status_code for email in emails] == [200, 200]
    (mail,) = region.org.all(Mail)
    body = {"token": mail.token, "password": "another"}
    assert region.portal.post("/api/v3/developer/reset-password", json=body).status_code == 204
    assert [region.log_in(password=password).status_code for password in (PASSWORD, "another")] == [401, 204]


@pytest.mark.parametrize(
    ("reading", "origin", "status"),
    [
        ("none", "https://evil.example", 401),
        ("if-given", None, 401),
        ("if-given", "https://portal.example", 401),
        ("if-given", "https://evil.example", 403),
        ("if-given", "null", 403),
    ],
)
def test_where_origins_are_looked_at_only_the_portals_own_may_change_things(
    reading: str, origin: str | None, status: int, region: Region
) -> None:
    region.readings.set("portal.origin-check", reading)
    headers = {"Origin": origin} if origin else {}
    assert region.portal.post("/api/v3/applications", json={"name": "x"}, headers=headers).status_code == status
    assert region.portal.get("/api/v3/portal", headers=headers).status_code == 200


def test_single_sign_on_is_not_configured(region: Region) -> None:
    assert region.portal.get("/api/v3/developer/authenticate/sso").status_code == 400
