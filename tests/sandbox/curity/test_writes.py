"""PATCH, PUT, POST and DELETE of single resources, in both encodings."""

from __future__ import annotations

import pytest

from tests.sandbox.curity.admin import (
    CLIENTS,
    DCR,
    ISSUERS,
    JSON,
    PROFILE,
    REGISTRATION,
    ROLE,
    XML,
    Admin,
    client,
    enable,
    error,
    message,
)

ISSUER = {
    "id": "userinfo",
    "issuer-type": "jwt",
    "purpose-type": "userinfo",
    "data-sources": {"tokens-data-source-id": "default-datasource"},
    "jwt": {"signing-key-id": "default-signing-key", "verification-keystore-id": "default-signature-verification-key"},
}


def test_the_jwt_switch_is_turned_on_and_off(admin: Admin) -> None:
    issuer = f"{ISSUERS}/default-token-issuer"
    assert admin.patch(issuer, {"base:default-token-issuer": {"access-token-as-jwt": [None]}}).status_code == 204
    assert admin.get(f"{issuer}/access-token-as-jwt").json() == {"base:access-token-as-jwt": [None]}
    assert admin.delete(f"{issuer}/access-token-as-jwt").status_code == 204
    assert "access-token-as-jwt" not in admin.read(issuer)


def test_a_put_creates_and_then_replaces_a_list_entry(admin: Admin) -> None:
    path = f"{ISSUERS}/custom-token-issuer=userinfo,jwt,userinfo"
    assert admin.put(path, {"base:custom-token-issuer": [ISSUER]}).status_code == 201
    assert admin.read(path) == [ISSUER]
    smaller = {name: value for name, value in ISSUER.items() if name != "data-sources"}
    assert admin.put(path, {"base:custom-token-issuer": [smaller]}).status_code == 204
    assert admin.read(path) == [smaller]


def test_one_entry_may_be_an_object_and_leave_its_keys_to_the_uri(admin: Admin) -> None:
    """Both were seen (docs/vendors/curity.md, Clients of the configuration, Endpoints and service roles)."""
    path = f"{ISSUERS}/custom-token-issuer=userinfo,jwt,userinfo"
    assert admin.put(path, {"base:custom-token-issuer": {"jwt": ISSUER["jwt"]}}).status_code == 201
    assert admin.patch(path, {"base:custom-token-issuer": {"data-sources": ISSUER["data-sources"]}}).status_code == 204
    assert admin.read(path) == [ISSUER]


def test_a_new_profile_gets_its_identity_from_the_uri(admin: Admin) -> None:
    path = "/base:profiles/profile=second,oauth-service"
    assert admin.put(path, {"base:profile": [{"settings": {"profile-oauth:authorization-server": {}}}]}).status_code == 201
    assert admin.read(path, fields="id;type") == [{"id": "second", "type": "profile-oauth:oauth-service"}]


def test_settings_of_another_kind_of_profile_break_a_rule(admin: Admin) -> None:
    path = "/base:profiles/profile=authentication-service,authentication-service"
    answer = admin.patch(path, {"base:profile": {"settings": {"profile-oauth:authorization-server": {}}}})
    assert error(answer) == (400, "operation-failed")


def test_a_key_in_the_body_must_be_that_of_the_uri(admin: Admin) -> None:
    assert error(admin.put(f"{CLIENTS}/client=one", client("other"))) == (400, "invalid-value")


def test_a_body_of_another_resource_is_refused(admin: Admin) -> None:
    assert error(admin.patch(f"{ISSUERS}/default-token-issuer", {"base:token-issuers": {}})) == (400, "malformed-message")


@pytest.mark.parametrize(("encoding", "path"), [("json", CLIENTS), ("xml", CLIENTS)])
def test_a_post_creates_once(admin: Admin, encoding: str, path: str) -> None:
    xml = '<client xmlns="https://curity.se/ns/conf/profile/oauth"><id>new</id><capabilities><client-credentials/></capabilities></client>'

    def post() -> int:
        if encoding == "json":
            return admin.post(path, client("new")).status_code
        return admin.http.post(path, content=xml, headers={"Content-Type": XML}).status_code

    assert [post(), post()] == [201, 409]
    assert admin.read(f"{CLIENTS}/client=new")[0]["id"] == "new"


def test_a_conflict_names_parent_and_entry(admin: Admin) -> None:
    answer = admin.post(CLIENTS, client("web-shop"))
    (found,) = answer.json()["ietf-restconf:errors"]["error"]
    assert (answer.status_code, found["error-tag"]) == (409, "data-exists")
    profile = "/base:profiles/base:profile[base:id='token-service'][base:type='as:oauth-service']/base:settings"
    store = f"{profile}/as:authorization-server/as:client-store/as:config-backed"
    assert found["error-path"] == store
    assert found["error-message"] == f"object already exists: {store}/as:client[as:id='web-shop']"


def test_a_patch_merges_and_a_put_of_a_leaf_sets_it(admin: Admin) -> None:
    path = f"{CLIENTS}/client=order-batch"
    before = admin.read(path)[0]
    assert admin.patch(path, {"profile-oauth:client": [{"audience": ["more.example"]}]}).status_code == 204
    assert admin.put(f"{path}/access-token-ttl", {"profile-oauth:access-token-ttl": 60}).status_code == 204
    assert admin.put(f"{path}/enabled", {"profile-oauth:enabled": False}).status_code == 201
    after = {**before, "audience": ["more.example", "orders.example"], "access-token-ttl": 60, "enabled": False}
    assert admin.read(path)[0] == after


def test_a_patch_of_what_is_absent_is_not_found(admin: Admin) -> None:
    assert admin.patch(f"{CLIENTS}/client=nobody", {"profile-oauth:client": [{"enabled": False}]}).status_code == 404
    assert admin.patch(f"{CLIENTS}/client=web-shop/enabled", {"profile-oauth:enabled": False}).status_code == 404
    assert admin.patch(DCR, {"profile-oauth:dynamic-client-registration": {}}).status_code == 404


def test_a_plain_container_is_there_without_content(admin: Admin) -> None:
    path = f"{CLIENTS}/client=web-shop/properties"
    before = admin.datastore.export()
    assert admin.patch(path, {"profile-oauth:properties": {}}).status_code == 204
    assert (admin.datastore.export(), admin.datastore.revision) == (before, 1)
    assert admin.post(path, {"profile-oauth:property": [{"key": "managed-by", "value": "dcr"}]}).status_code == 201
    assert admin.read(path) == {"property": [{"key": "managed-by", "value": "dcr"}]}
    assert admin.delete(f"{path}/property=managed-by").status_code == 204
    assert admin.datastore.export() == before


def test_a_put_of_the_whole_removes_what_it_does_not_have(admin: Admin) -> None:
    body = {"id": "web-shop", "client-name": "Web shop", "capabilities": {"introspection": [None]}}
    assert admin.put(f"{CLIENTS}/client=web-shop", {"profile-oauth:client": [body]}).status_code == 204
    assert admin.read(f"{CLIENTS}/client=web-shop") == [body]


def test_registration_is_enabled_and_disabled(admin: Admin) -> None:
    enable(admin)
    assert admin.read(DCR) == REGISTRATION
    assert admin.delete(DCR).status_code == 204
    assert admin.get(DCR).status_code == 404


def test_a_case_takes_the_place_of_another(admin: Admin) -> None:
    enable(admin)
    body = {"profile-oauth:non-templatized": {"no-authentication": [None], "scopes": {"scope": ["openid"]}}}
    assert admin.patch(f"{DCR}/non-templatized", body).status_code == 204
    found = admin.read(f"{DCR}/non-templatized")
    assert "authenticate-client-by" not in found
    assert (found["no-authentication"], found["scopes"]) == ([None], {"scope": ["openid"]})


def test_a_leaf_list_grows_by_patch_and_shrinks_by_delete(admin: Admin) -> None:
    deployed = admin.read(f"{ROLE}/endpoints")
    assert admin.delete(f"{ROLE}/endpoints=token-service-session").status_code == 204
    assert admin.read(f"{ROLE}/endpoints") == [name for name in deployed if name != "token-service-session"]
    assert admin.patch(ROLE, {"base:service-role": [{"id": "default", "endpoints": ["token-service-session"]}]}).status_code == 204
    assert admin.read(f"{ROLE}/endpoints") == deployed


def test_what_is_referred_to_cannot_be_deleted(admin: Admin) -> None:
    answer = admin.delete(f"{PROFILE}/endpoints/endpoint=token-service-token")
    assert error(answer) == (400, "invalid-value")
    assert message(answer).startswith("illegal reference /base:environments/environment/services/service-role{default}/endpoints")
    admin.readings.set("curity.leafref-error", "409-data-missing")
    (found,) = admin.delete(f"{PROFILE}/endpoints/endpoint=token-service-token").json()["ietf-restconf:errors"]["error"]
    assert (found["error-tag"], found["error-app-tag"]) == ("data-missing", "instance-required")


def test_a_key_and_a_mandatory_leaf_cannot_be_deleted(admin: Admin) -> None:
    assert admin.delete(f"{CLIENTS}/client=web-shop/id").status_code == 400
    assert "is not configured" in message(admin.delete(f"{ISSUERS}/default-token-issuer/default-data-source"))


@pytest.mark.parametrize(("reading", "expected"), [("404", (404, "invalid-value")), ("409", (409, "data-missing"))])
def test_deleting_what_is_absent_is_answered_by_reading(admin: Admin, reading: str, expected: tuple[int, str]) -> None:
    admin.readings.set("curity.delete-absent", reading)
    answer = admin.delete(f"{CLIENTS}/client=nobody")
    assert error(answer) == expected
    assert "error-app-tag" not in answer.text


def test_capabilities_beyond_the_profile_are_refused_by_reading(admin: Admin) -> None:
    enable(admin)
    body = {"profile-oauth:non-templatized": {"capabilities": {"implicit": [None]}}}
    admin.readings.set("curity.dcr-capability-beyond-profile", "refused")
    assert error(admin.patch(f"{DCR}/non-templatized", body)) == (400, "operation-failed")
    admin.readings.set("curity.dcr-capability-beyond-profile", "accepted")
    assert admin.patch(f"{DCR}/non-templatized", body).status_code == 204


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 204)])
def test_a_registrant_without_client_credentials_is_refused_by_reading(admin: Admin, reading: str, status: int) -> None:
    enable(admin)
    admin.readings.set("curity.registrant-without-client-credentials", reading)
    body = {"profile-oauth:non-templatized": {"authenticate-client-by": ["api-gateway"]}}
    assert admin.patch(f"{DCR}/non-templatized", body).status_code == status


@pytest.mark.parametrize(("reading", "kind"), [("bare", "oauth-token"), ("base", "oauth-token"), ("base", "base:oauth-token")])
def test_an_endpoint_kind_is_written_as_it_reads(reading: str, kind: str) -> None:
    admin = Admin(endpoint_kind_prefix=reading)
    body = {"base:endpoint": [{"id": "new", "uri": "/new", "endpoint-kind": kind}]}
    assert admin.post(f"{PROFILE}/endpoints", body).status_code == 201
    assert [kind.text for kind in admin.found("//base:endpoint[base:id = 'new']/base:endpoint-kind")] == ["oauth-token"]


@pytest.mark.parametrize(("reading", "status"), [("accepted", 201), ("refused", 400)])
def test_an_endpoint_id_in_two_profiles_is_refused_by_reading(reading: str, status: int) -> None:
    admin = Admin(endpoint_id_in_two_profiles=reading)
    body = {"base:endpoint": [{"id": "token-service-token", "uri": "/again", "endpoint-kind": "auth-anonymous"}]}
    assert admin.post("/base:profiles/profile=authentication-service,authentication-service/endpoints", body).status_code == status


@pytest.mark.parametrize(("reading", "expected"), [("known", 204), ("unknown", 400)])
def test_an_older_server_does_not_know_the_rotated_secret_ttl(admin: Admin, reading: str, expected: int) -> None:
    enable(admin)
    admin.readings.set("curity.rotated-secret-ttl", reading)
    assert (
        admin.patch(DCR, {"profile-oauth:dynamic-client-registration": {"client-management": {"rotated-secret-ttl": 60}}}).status_code
        == expected
    )


@pytest.mark.parametrize(("reading", "status"), [("modelled", 400), ("open", 201)])
def test_enumerations_that_are_not_all_known_are_open_by_reading(reading: str, status: int) -> None:
    admin = Admin(enumeration_members=reading)
    assert admin.post(ISSUERS, {"base:custom-token-issuer": [{**ISSUER, "purpose-type": "user-info"}]}).status_code == status
    assert admin.post(ISSUERS, {"base:custom-token-issuer": [{**ISSUER, "purpose-type": "user info"}]}).status_code == 400


def test_the_datastore_is_patched_in_json_too(admin: Admin) -> None:
    body = {"base:environments": {"environment": {"base-url": "https://other"}}}
    for wrapper in ("ietf-restconf:data", "data"):
        assert admin.patch("", {wrapper: body}).status_code == 204
    assert admin.patch("", {"other": body}).status_code == 400
    assert admin.read("/base:environments/environment/base-url") == "https://other"


def test_an_edit_is_all_or_nothing(admin: Admin) -> None:
    good, bad = {"base-url": "https://other"}, {"service-role": [{"id": "default", "endpoints": ["nope"]}]}
    answer = admin.patch("", {"data": {"base:environments": {"environment": {**good, "services": bad}}}})
    assert answer.status_code == 400
    assert admin.read("/base:environments/environment/base-url") != "https://other"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "", 405),
        ("DELETE", "", 405),
        ("POST", f"{CLIENTS}/client=web-shop/secret", 405),
        ("PATCH", "/base:profiles/profile", 400),
        ("DELETE", f"{CLIENTS}/client", 400),
        ("DELETE", f"{ROLE}/endpoints", 400),
    ],
)
def test_a_method_that_a_resource_does_not_have_is_refused(admin: Admin, method: str, path: str, status: int) -> None:
    assert admin.http.request(method, path, json={}, headers={"Content-Type": JSON}).status_code == status


def test_options_tell_the_methods(admin: Admin) -> None:
    assert "PATCH" in admin.http.options(PROFILE).headers["allow"]


def test_an_unknown_query_of_an_edit_is_refused(admin: Admin) -> None:
    assert error(admin.patch(ISSUERS, {"base:token-issuers": {}}, insert="first")) == (400, "invalid-value")
