"""Who gets in, what rights are missing, and when the server does not serve."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.sandbox.curity.admin import CLIENTS, ISSUERS, OWN_EXPORT, PASSWORD, PROFILE, ROLE, USER, Admin, client, error, message

SWITCH = {"base:default-token-issuer": {"access-token-as-jwt": [None]}}
SWITCH_PATH = f"{ISSUERS}/default-token-issuer"


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", basic(USER), basic(f"{USER}:wrong"), basic(f"other:{PASSWORD}"), basic(f"{USER}:"), f"Bearer {PASSWORD}"],
)
def test_bad_credentials_are_refused_with_a_challenge(admin: Admin, authorization: str) -> None:
    admin.http.auth = httpx.Auth()
    answer = admin.http.get(PROFILE, headers={"Authorization": authorization})
    assert error(answer) == (401, "access-denied")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert PASSWORD not in answer.text


def test_the_interface_is_off_where_the_configuration_lacks_it() -> None:
    admin = Admin(OWN_EXPORT.read_bytes().replace(b"<restconf>\n          </restconf>", b""))
    assert admin.get(PROFILE).status_code == 404


def test_http_basic_can_be_turned_off(admin: Admin) -> None:
    """The edit that locks its author out is taken."""
    path = "/base:environments/environment/admin-service/http/restconf"
    assert admin.patch(path, {"base:restconf": {"basic-authentication": False}}).status_code == 204
    assert admin.get(PROFILE).status_code == 401


def test_a_missing_licence_is_told_after_the_credentials(admin: Admin) -> None:
    admin.datastore.set_knobs({"unlicensed": True})
    assert admin.get(PROFILE).status_code == 503
    assert message(admin.get(PROFILE)) == "FeatureViolationException"
    admin.http.auth = httpx.Auth()
    assert admin.get(PROFILE).status_code == 401


def test_a_server_that_starts_is_503_for_the_counted_requests(admin: Admin) -> None:
    admin.datastore.set_knobs({"starting_requests": 2})
    assert [admin.get(PROFILE).status_code for _ in range(3)] == [503, 503, 200]


def test_a_path_below_the_api_but_not_data_is_not_found(admin: Admin) -> None:
    assert admin.http.get("../operations").status_code == 404


def test_a_denied_write_is_403_and_others_go_on(admin: Admin) -> None:
    admin.datastore.set_knobs({"denied_writes": ["/profiles/profile/token-issuers"]})
    assert error(admin.patch(SWITCH_PATH, SWITCH)) == (403, "access-denied")
    assert "access-token-as-jwt" not in admin.read(SWITCH_PATH)
    assert admin.post(CLIENTS, client("new")).status_code == 201


def test_a_denied_write_that_changes_nothing_is_allowed(admin: Admin) -> None:
    """RFC 8341 section 3.4.4: access is needed for what an edit changes."""
    assert admin.patch(SWITCH_PATH, SWITCH).status_code == 204
    admin.datastore.set_knobs({"denied_writes": ["/profiles/profile/token-issuers"]})
    assert admin.patch(SWITCH_PATH, SWITCH).status_code == 204
    assert admin.delete(f"{SWITCH_PATH}/access-token-as-jwt").status_code == 403


def test_a_denied_read_is_403_or_left_out_of_more(admin: Admin) -> None:
    admin.datastore.set_knobs({"denied_reads": ["/profiles/profile/token-issuers"]})
    assert error(admin.get(SWITCH_PATH)) == (403, "access-denied")
    assert "token-issuers" not in admin.read(PROFILE)[0]
    assert "token-issuers" not in admin.http.get(PROFILE, headers={"Accept": "*/*"}).text


@pytest.mark.parametrize("tag", ["in-use", "lock-denied"])
def test_a_lock_is_409_for_the_counted_edits(tag: str) -> None:
    admin = Admin(lock_error=tag)
    admin.datastore.set_knobs({"locked_edits": 1})
    assert error(admin.patch(SWITCH_PATH, SWITCH)) == (409, tag)
    assert admin.patch(SWITCH_PATH, SWITCH).status_code == 204


def test_an_open_edit_in_the_admin_ui_may_lock_out_the_first_edit() -> None:
    admin = Admin(open_edit_locks="locks")
    assert [admin.patch(SWITCH_PATH, SWITCH).status_code for _ in range(3)] == [409, 204, 204]
    admin.datastore.reset()
    assert admin.patch(SWITCH_PATH, SWITCH).status_code == 409


@pytest.mark.parametrize("knobs", [{"nothing": 1}, {"locked_edits": -1}, {"locked_edits": "1"}, {"denied_reads": "x"}])
def test_a_wrong_knob_changes_nothing(admin: Admin, knobs: dict[str, object]) -> None:
    before = admin.datastore.knob_values()
    with pytest.raises(ValueError, match="AdminKnobs"):
        admin.datastore.set_knobs({"unlicensed": True, **knobs})
    assert admin.datastore.knob_values() == before


def test_a_server_may_say_204_and_change_nothing(admin: Admin) -> None:
    before = admin.datastore.export()
    admin.datastore.set_knobs({"change_nothing": True})
    assert admin.patch(SWITCH_PATH, SWITCH).status_code == 204
    assert admin.delete(f"{CLIENTS}/client=web-shop").status_code == 204
    assert admin.datastore.export() == before


def test_a_server_may_ignore_the_jwt_switch_and_nothing_else(admin: Admin) -> None:
    admin.datastore.set_knobs({"ignore_jwt_switch": True})
    body = {"base:default-token-issuer": {"access-token-as-jwt": [None], "use-wrapped-opaque-tokens": [None]}}
    assert admin.patch(SWITCH_PATH, body).status_code == 204
    found = admin.read(SWITCH_PATH)
    assert "access-token-as-jwt" not in found
    assert found["use-wrapped-opaque-tokens"] == [None]


def test_a_server_may_deploy_on_no_role(admin: Admin) -> None:
    admin.datastore.set_knobs({"ignore_deployment": True})
    before = admin.read("/base:environments/environment/services/service-role=internal/endpoints")
    role = "/base:environments/environment/services/service-role=internal"
    assert admin.patch(role, {"base:service-role": [{"endpoints": ["token-service-revoke"]}]}).status_code == 204
    assert admin.read(f"{role}/endpoints") == before
    assert "token-service-revoke" in admin.read(f"{ROLE}/endpoints")


def test_a_snapshot_has_no_secret(admin: Admin) -> None:
    admin.datastore.set_knobs({"unlicensed": True})
    assert admin.datastore.snapshot() == {"revision": 1, "knobs": {"unlicensed": True}}
