"""ETag and Last-Modified: of the whole datastore, one for each commit."""

from __future__ import annotations

import pytest

from tests.sandbox.curity.admin import CLIENTS, JSON, PROFILE, XML, Admin, client

BODY = {"base:environment": {"name": "other"}}
ENVIRONMENT = "/base:environments/environment"


def tag(admin: Admin, path: str = PROFILE) -> str:
    return str(admin.get(path).headers["etag"])


def test_the_tag_is_the_datastores_and_changes_with_each_commit(admin: Admin) -> None:
    first = tag(admin)
    assert tag(admin, ENVIRONMENT) == first
    answer = admin.patch(ENVIRONMENT, BODY)
    assert answer.headers["etag"] == tag(admin) != first
    assert answer.headers["last-modified"] == admin.get(PROFILE).headers["last-modified"]


def test_an_edit_without_effect_is_no_commit(admin: Admin) -> None:
    admin.patch(ENVIRONMENT, BODY)
    before = tag(admin)
    assert admin.patch(ENVIRONMENT, BODY).headers["etag"] == before
    assert admin.patch("", {"data": {}}).headers["etag"] == before


def test_a_refused_edit_is_no_commit(admin: Admin) -> None:
    before = tag(admin)
    assert admin.post(CLIENTS, {"profile-oauth:client": [{"id": "x"}]}).status_code == 400
    assert tag(admin) == before


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST", "DELETE"])
def test_a_stale_tag_is_refused_without_body_whatever_the_method(admin: Admin, method: str) -> None:
    """Even an unrelated commit makes it stale."""
    path = CLIENTS if method == "POST" else f"{CLIENTS}/client=web-shop"
    body = client("new") if method == "POST" else client("web-shop")
    stale = tag(admin)
    admin.patch(ENVIRONMENT, BODY)

    def edit(if_match: str) -> int:
        headers = {"Content-Type": JSON, "If-Match": if_match}
        answer = admin.http.request(method, path, headers=headers, json=None if method == "DELETE" else body)
        assert answer.status_code != 412 or answer.content == b""
        return answer.status_code

    assert edit(stale) == 412
    assert edit(f'"other", {tag(admin)}') in {201, 204}


def test_any_version_matches_a_star(admin: Admin) -> None:
    assert admin.http.delete(f"{CLIENTS}/client=web-shop", headers={"If-Match": "*"}).status_code == 204


def test_unmodified_since_compares_the_time_of_the_last_commit(admin: Admin) -> None:
    path = f"{CLIENTS}/client=web-shop"
    for since, status in [("Thu, 01 Jan 2015 00:00:00 GMT", 412), ("no date", 204)]:
        answer = admin.http.delete(path, headers={"If-Unmodified-Since": since})
        assert (answer.status_code, answer.content) == (status, b"")
    modified = admin.get(PROFILE).headers["last-modified"]
    assert admin.http.delete(f"{CLIENTS}/client=order-batch", headers={"If-Unmodified-Since": modified}).status_code == 204


def test_a_known_version_is_not_sent_again(admin: Admin) -> None:
    known = tag(admin)
    answer = admin.http.get(PROFILE, headers={"If-None-Match": f'W/{known}, "other"'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", known)
    admin.patch(ENVIRONMENT, BODY)
    assert admin.http.get(PROFILE, headers={"If-None-Match": known, "Accept": XML}).status_code == 200


def test_a_server_without_tags_passes_over_preconditions() -> None:
    admin = Admin(etag="absent")
    assert "etag" not in admin.get(PROFILE).headers
    assert admin.http.get(PROFILE, headers={"If-None-Match": "*"}).status_code == 200
    assert admin.http.delete(f"{CLIENTS}/client=web-shop", headers={"If-Match": '"other"'}).status_code == 204
