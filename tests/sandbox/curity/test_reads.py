"""GET and HEAD: resources, encodings, and what the query selects."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.sandbox.curity.admin import (
    AUTHORIZATION_SERVER,
    CLIENTS,
    DCR,
    ISSUERS,
    NAMESPACES,
    PROFILE,
    ROLE,
    XML,
    Admin,
    error,
)

TOKEN_PROFILE = {"id": "token-service", "type": "profile-oauth:oauth-service"}


def test_a_list_is_read_whole_with_its_keys(admin: Admin) -> None:
    """Curity's own client asks so, trailing slash included (docs/vendors/curity.md, Issuer URL)."""
    answer = admin.get("/base:profiles/profile/", depth="2")
    assert answer.headers["content-type"] == "application/yang-data+json"
    profiles = answer.json()["base:profile"]
    assert profiles[1] == {**TOKEN_PROFILE, "settings": {}, "endpoints": {}, "token-issuers": {}}


def test_an_entry_is_read_as_an_array_of_one(admin: Admin) -> None:
    assert admin.read(PROFILE, fields="id;type") == [TOKEN_PROFILE]


@pytest.mark.parametrize(
    "path",
    [
        "/base:profiles/base:profile=token-service,oauth-service/base:settings/profile-oauth:authorization-server/profile-oauth:scopes",
        f"{AUTHORIZATION_SERVER}/scopes",
    ],
)
def test_inner_modules_may_be_said_or_left_out(admin: Admin, path: str) -> None:
    assert len(admin.read(path)["scope"]) == 5


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/profiles", (400, "missing-attribute")),
        ("/base:profiles/profile=token-service,oauth-service/settings/authorization-server", (400, "missing-attribute")),
        ("/base:nothing", (404, "invalid-value")),
        (f"{PROFILE}/nothing", (404, "invalid-value")),
        ("/other:profiles", (404, "invalid-value")),
        ("/base:profiles/profile=token-service,profile-oauth%3Aoauth-service", (404, "invalid-value")),
        ("/base:profiles/profile=token-service", (404, "invalid-value")),
        ("/base:profiles/profile/endpoints", (404, "invalid-value")),
        ("/base:profiles=a", (404, "invalid-value")),
        (f"{CLIENTS}/client=nobody", (404, "invalid-value")),
        (f"{CLIENTS}/client=nobody/secret", (404, "invalid-value")),
    ],
)
def test_a_path_that_names_nothing_is_refused(admin: Admin, path: str, expected: tuple[int, str]) -> None:
    assert error(admin.get(path)) == expected


def test_a_key_may_hold_what_separates_keys(admin: Admin) -> None:
    issuer = {"id": "a,b/c", "issuer-type": "jwt", "purpose-type": "userinfo", "jwt": {"signing-key-id": "default-signing-key"}}
    made = admin.post(ISSUERS, {"base:custom-token-issuer": [issuer]})
    assert made.headers["location"].endswith("/base:custom-token-issuer=a%2Cb%2Fc,jwt,userinfo")
    assert admin.http.get(made.headers["location"]).json() == {"base:custom-token-issuer": [issuer]}


def test_values_have_the_types_of_rfc_7951(admin: Admin) -> None:
    batch = admin.read(f"{CLIENTS}/client=order-batch")[0]
    assert batch["access-token-ttl"] == 900
    assert batch["scope"] == ["orders.read"]
    assert batch["capabilities"] == {"client-credentials": [None]}
    shop = admin.read(f"{CLIENTS}/client=web-shop")[0]
    assert shop["validate-port-on-loopback-interfaces"] is True
    assert shop["capabilities"] == {"code": {}}


def test_leaves_and_leaf_lists_are_resources(admin: Admin) -> None:
    assert admin.get(f"{CLIENTS}/client=order-batch/access-token-ttl").json() == {"profile-oauth:access-token-ttl": 900}
    assert admin.get(f"{ROLE}/endpoints=token-service-token").json() == {"base:endpoints": ["token-service-token"]}
    assert len(admin.read(f"{ROLE}/endpoints")) == 10


def test_head_is_get_without_a_body(admin: Admin) -> None:
    got, headed = admin.get(PROFILE), admin.http.head(PROFILE)
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == str(len(got.content))


def test_parts_outside_the_model_are_shown_with_a_module_of_their_own(admin: Admin) -> None:
    source = admin.read("/base:facilities/data-sources/data-source=default-datasource")[0]
    assert source["jdbc:jdbc"]["driver"] == "org.hsqldb.jdbcDriver"
    data = admin.get("").json()["ietf-restconf:data"]
    assert "tailf-aaa:aaa" in data
    assert data["ietf-netconf-acm:nacm"]["write-default"] == "permit"


def test_the_datastore_in_xml_is_the_configuration_under_another_root(admin: Admin) -> None:
    answer = admin.http.get("", headers={"Accept": XML}, params={"content": "config", "depth": "unbounded"})
    assert answer.headers["content-type"] == XML
    data = etree.fromstring(answer.content)
    assert data.tag == "{urn:ietf:params:xml:ns:yang:ietf-restconf}data"
    assert list(map(canonical, data)) == list(map(canonical, admin.datastore.root()))


def canonical(element: etree._Element) -> str:
    """XML without white space between elements, namespaces where they are used."""
    text: str = etree.canonicalize(etree.tostring(element, encoding="unicode", with_tail=False), strip_text=True)
    return text


def test_xml_keeps_the_prefix_of_an_identity(admin: Admin) -> None:
    profile = etree.fromstring(admin.http.get(PROFILE, params={"fields": "id;type"}, headers={"Accept": XML}).content)
    profile_type = profile.find("base:type", NAMESPACES)
    assert profile_type is not None
    assert (profile_type.text, profile_type.nsmap["as"]) == ("as:oauth-service", NAMESPACES["as"])


def test_xml_shows_one_instance_only(admin: Admin) -> None:
    assert admin.http.get("/base:profiles/profile", headers={"Accept": XML}).status_code == 400


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*", XML])
def test_xml_is_answered_where_the_client_leaves_the_choice(admin: Admin, accept: str) -> None:
    assert admin.http.get(PROFILE, headers={"Accept": accept}).headers["content-type"] == XML


@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/xml"])
def test_other_media_types_are_not_acceptable(admin: Admin, accept: str) -> None:
    assert admin.http.get(PROFILE, headers={"Accept": accept}).status_code == 406


def test_a_refusal_comes_in_the_encoding_asked_for(admin: Admin) -> None:
    answer = admin.http.get("/base:nothing", headers={"Accept": XML})
    root = etree.fromstring(answer.content)
    restconf = "{urn:ietf:params:xml:ns:yang:ietf-restconf}"
    assert root.tag == f"{restconf}errors"
    assert root.findtext(f"{restconf}error/{restconf}error-tag") == "invalid-value"


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        ("1", {}),
        ("2", {"openid-connect": {}}),
        ("3", {"openid-connect": {"expose-metadata": {}}}),
        ("unbounded", {"openid-connect": {"expose-metadata": {}}}),
    ],
)
def test_depth_counts_from_the_target(admin: Admin, depth: str, expected: dict[str, Any]) -> None:
    found = admin.read(AUTHORIZATION_SERVER, depth=depth)
    assert {name: value for name, value in found.items() if name == "openid-connect"} == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("default-token-issuer/default-data-source", {"default-token-issuer": {"default-data-source": "default-datasource"}}),
        ("default-token-issuer(default-data-source)", {"default-token-issuer": {"default-data-source": "default-datasource"}}),
        (
            "default-token-issuer/default-data-source;default-token-issuer/base:jwt-issuer-settings",
            {
                "default-token-issuer": {
                    "jwt-issuer-settings": {"signing-key-id": "default-signing-key"},
                    "default-data-source": "default-datasource",
                }
            },
        ),
        ("nothing", {}),
    ],
)
def test_fields_select_what_they_name(admin: Admin, fields: str, expected: dict[str, Any]) -> None:
    assert admin.read(ISSUERS, fields=fields) == expected


@pytest.mark.parametrize(
    "query",
    ["x=1", "depth=0", "depth=-1", "depth=a", "depth=70000", "content=some", "fields=a(b", "fields=a;;b", "fields=%20", "fields=",
     "with-defaults=report-all-tagged", "depth=1&depth=2", "insert=first", "rollback-id=true"],
)  # fmt: skip
def test_a_query_that_breaks_the_rules_is_refused(admin: Admin, query: str) -> None:
    assert error(admin.http.get(f"{PROFILE}?{query}")) == (400, "invalid-value")


def test_content_tells_configuration_from_state(admin: Admin) -> None:
    assert admin.read(PROFILE, content="config") == admin.read(PROFILE) == admin.read(PROFILE, content="all")
    assert admin.read(PROFILE, content="nonconfig") == [{}]


def test_defaults_show_when_asked_for_or_by_reading() -> None:
    path = f"{CLIENTS}/client=api-gateway"
    explicit, all_reported = Admin(), Admin(defaults="report-all")
    assert "enabled" not in explicit.read(path)[0]
    reported = explicit.read(path, **{"with-defaults": "report-all"})[0]
    assert reported == all_reported.read(path)[0]
    assert (reported["enabled"], reported["access-token-ttl"]) == (True, 300)
    assert "no-authentication" not in reported
    assert "enabled" not in all_reported.read(path, **{"with-defaults": "explicit"})[0]


def test_trimmed_defaults_leave_out_what_was_set_to_the_default(admin: Admin) -> None:
    path = f"{CLIENTS}/client=web-shop"
    assert "validate-port-on-loopback-interfaces" in admin.read(path)[0]
    assert "validate-port-on-loopback-interfaces" not in admin.read(path, **{"with-defaults": "trim"})[0]


@pytest.mark.parametrize(
    ("path", "fact", "readings"),
    [
        (f"{ISSUERS}/default-token-issuer/access-token-as-jwt", "curity.unset-leaf", ["204", "404"]),
        (f"{CLIENTS}/client=api-gateway/redirect-uris", "curity.unset-leaf", ["204", "404"]),
        (f"{CLIENTS}/client=api-gateway/properties", "curity.empty-container", ["204", "404", "200"]),
        (DCR, "curity.absent-presence-container", ["404", "204"]),
    ],
)
def test_absent_things_are_answered_by_reading(admin: Admin, path: str, fact: str, readings: list[str]) -> None:
    for reading in readings:
        admin.readings.set(fact, reading)
        assert admin.get(path).status_code == int(reading)


def test_what_hangs_below_an_absent_thing_is_not_found(admin: Admin) -> None:
    assert admin.get(f"{DCR}/client-data-source").status_code == 404
    assert admin.get(f"{DCR}/non-templatized/capabilities").status_code == 404


@pytest.mark.parametrize(
    ("fact", "reading", "path", "member", "value"),
    [
        ("curity.identity-prefix", "module", PROFILE, "type", "profile-oauth:oauth-service"),
        ("curity.identity-prefix", "bare", PROFILE, "type", "oauth-service"),
        ("curity.endpoint-kind-prefix", "bare", f"{PROFILE}/endpoints/endpoint=token-service-token", "endpoint-kind", "oauth-token"),
        ("curity.endpoint-kind-prefix", "base", f"{PROFILE}/endpoints/endpoint=token-service-token", "endpoint-kind", "base:oauth-token"),
        ("curity.secret-readable", "hidden", f"{CLIENTS}/client=api-gateway", "secret", None),
    ],
)
def test_json_follows_the_reading(admin: Admin, fact: str, reading: str, path: str, member: str, value: str | None) -> None:
    admin.readings.set(fact, reading)
    assert admin.read(path)[0].get(member) == value


def test_a_secret_reads_as_its_hash(admin: Admin) -> None:
    assert admin.read(f"{CLIENTS}/client=api-gateway")[0]["secret"].startswith("$5$")


@pytest.mark.parametrize("accept", ["application/yang-data+json", XML])
def test_the_server_tells_capabilities_and_modules(admin: Admin, accept: str) -> None:
    headers = {"Accept": accept}
    state = admin.http.get("/ietf-restconf-monitoring:restconf-state", headers=headers)
    assert "urn:ietf:params:restconf:capability:depth:1.0" in state.text
    assert "basic-mode=explicit" in admin.http.get("/ietf-restconf-monitoring:restconf-state/capabilities", headers=headers).text
    assert "profile-oauth" in admin.http.get("/ietf-yang-library:modules-state", headers=headers).text
    assert admin.http.get("..", headers=headers).status_code == 200


def test_the_servers_own_state_is_read_only(admin: Admin) -> None:
    assert admin.patch("/ietf-yang-library:modules-state", {}).status_code == 405
    assert admin.http.get("/ietf-yang-library:modules-state", headers={"Accept": "text/html"}).status_code == 406
