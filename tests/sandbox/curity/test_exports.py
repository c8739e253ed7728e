"""Exports: any loads, comes back unchanged, and after an edit differs only in what was asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # it ships no types

from sandbox.curity.configuration.export_format import NoExport
from tests.reference import needs_reference
from tests.sandbox.curity.admin import DCR, OWN_EXPORT, RUNTIME_URL, Admin
from tests.sandbox.curity.samples import CLIENT_ID, SECRET, base_export, export_names, how_to, real_export

CONFIG = "http://tail-f.com/ns/config/1.0"
STARTS = [*export_names(), "the sandbox's own", "good-01"]


def start(name: str) -> bytes:
    """A start configuration by its name here."""
    own = {"the sandbox's own": OWN_EXPORT.read_bytes, "good-01": base_export}
    return own[name]() if name in own else real_export(name)


def config(content: str, before: str = "", after: str = "\n") -> bytes:
    """An export with some content."""
    return f'{before}<config xmlns="{CONFIG}">{content}</config>{after}'.encode()


@needs_reference
@pytest.mark.parametrize("name", STARTS)
def test_an_export_comes_back_byte_for_byte(name: str) -> None:
    assert Admin(start(name)).datastore.export() == start(name)


@pytest.mark.parametrize(
    "export",
    [
        config("", before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- kept -->\n', after="<!-- kept -->\n\n"),
        config('<x xmlns="urn:x"><a></a><b/><c>\n</c><!-- kept --></x>'),
        config('<x xmlns="urn:x"><![CDATA[a < b]]></x><y xmlns:p="urn:p" xmlns="urn:y" p:a="1"/>'),
        config('<x xmlns="urn:x">1 &gt; 0 &amp; 0 &lt; 1</x>'),
        config('<x xmlns="urn:x">1 > 0, ünïcödé, #{A}#{B | c}</x>'),
    ],
)
def test_what_a_parser_forgets_is_kept(export: bytes) -> None:
    assert Admin(export).datastore.export() == export


@pytest.mark.parametrize(
    "export", [b"", b"<a>", b"<data/>", config("").replace(b"tail-f", b"other"), b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']
)
def test_what_is_no_export_is_refused(export: bytes) -> None:
    with pytest.raises(NoExport):
        Admin(export)


@needs_reference
@pytest.mark.parametrize("name", STARTS)
def test_the_how_to_adds_what_it_asks_for_and_touches_nothing_else(name: str) -> None:
    """Every line that was there is still there, in its order; every new line is of the how-to."""
    before = start(name).decode()
    admin = Admin(start(name))
    assert admin.patch_xml(how_to()).status_code == 204
    after = admin.datastore.export().decode()
    opened = re.sub(r"<openid-connect/>", "<openid-connect>", before)  # an empty section that gets content
    assert is_subsequence(opened.splitlines(), after.splitlines())
    added = set(map(str.strip, after.splitlines())) - set(map(str.strip, before.splitlines()))
    asked = {line.strip() for line in how_to().decode().splitlines()}
    shapes = {"<secret>", "</secret>", "<client-management>", "</client-management>", "<expose-metadata>", "</expose-metadata>"}
    identity = '<dynamic-client-registration xmlns="https://curity.se/ns/conf/profile/oauth">'
    assert {line for line in added if "$5$" not in line} <= asked | shapes | {identity, "</openid-connect>"}
    (secret,) = admin.found(f"//as:client[as:id = '{CLIENT_ID}']/as:secret")
    assert sha256_crypt.verify(SECRET, secret.text)


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    """Whether `whole` has all lines of `part` in their order."""
    rest = iter(whole)
    return all(line in rest for line in part)


@needs_reference
@pytest.mark.parametrize("name", STARTS)
def test_an_edit_and_its_undo_give_the_same_bytes(name: str) -> None:
    admin = Admin(start(name))
    endpoint = {"id": "token-service-new", "uri": "/new", "endpoint-kind": "oauth-token"}
    profile = "/base:profiles/profile=token-service,oauth-service/endpoints"
    assert admin.post(profile, {"base:endpoint": [endpoint]}).status_code == 201
    assert admin.datastore.export() != start(name)
    assert admin.delete(f"{profile}/endpoint=token-service-new").status_code == 204
    assert admin.datastore.export() == start(name)


@needs_reference
def test_entries_come_in_the_same_order_whatever_order_they_were_made_in() -> None:
    """So that several tenants in any order give one configuration."""
    exports = []
    for order in ([1, 2, 3], [3, 1, 2]):
        admin = Admin()
        for number in order:
            endpoint = {"id": f"token-service-a{number}", "uri": f"/{number}", "endpoint-kind": "oauth-token"}
            admin.post("/base:profiles/profile=token-service,oauth-service/endpoints", {"base:endpoint": [endpoint]})
            role = {"base:service-role": [{"endpoints": [endpoint["id"]]}]}
            assert admin.patch("/base:environments/environment/services/service-role=default", role).status_code == 204
        exports.append(admin.datastore.export())
    assert exports[0] == exports[1]


def test_parameters_have_values_for_readers_and_stay_in_the_export() -> None:
    admin = Admin()
    assert admin.read("/base:environments/environment/base-url") == RUNTIME_URL
    assert admin.read("/base:environments/environment/services/service-role=default/protocol") == "https"
    assert admin.read("/base:environments/environment/services/service-role=internal/listening-port") == 8444
    assert b"<base-url>#{RUNTIME_BASE_URL}</base-url>" in admin.datastore.export()


def test_writing_the_value_that_a_parameter_has_is_no_change() -> None:
    admin = Admin()
    before = admin.datastore.revision
    assert admin.patch("/base:environments/environment", {"base:environment": {"base-url": RUNTIME_URL}}).status_code == 204
    assert admin.datastore.revision == before
    assert admin.patch("/base:environments/environment", {"base:environment": {"base-url": "https://other"}}).status_code == 204
    assert b"<base-url>https://other</base-url>" in admin.datastore.export()


def test_a_parameter_that_nobody_knows_gets_its_default_or_a_value_of_its_type() -> None:
    base = "https://curity.se/ns/conf/base"
    leaves = "<id>r</id><location>#{A | x}</location><listening-port>#{B}</listening-port><enable-http-v2>#{C | true}</enable-http-v2>"
    services = f"<services><service-role>{leaves}<jvm-options>#{{D}}</jvm-options></service-role></services>"
    interface = "<admin-service><http><restconf/></http></admin-service>"
    admin = Admin(config(f'<environments xmlns="{base}"><environment>{interface}{services}</environment></environments>'))
    role = admin.read("/base:environments/environment/services/service-role=r")[0]
    assert (role["location"], role["listening-port"], role["enable-http-v2"]) == ("x", 8443, True)
    assert role["jvm-options"]


def test_a_fault_of_the_start_configuration_is_not_held_against_later_edits() -> None:
    """The server that wrote it let it pass; new faults are refused all the same."""
    broken = OWN_EXPORT.read_bytes().replace(b"<endpoint-kind>oauth-revoke</endpoint-kind>", b"<endpoint-kind>oauth-par</endpoint-kind>")
    broken = broken.replace(b"<endpoints>token-service-session</endpoints>", b"<endpoints>gone</endpoints>")
    admin = Admin(broken)
    role = "/base:environments/environment/services/service-role=internal"
    assert admin.patch(role, {"base:service-role": [{"endpoints": ["token-service-userinfo"]}]}).status_code == 204
    assert admin.patch(role, {"base:service-role": [{"endpoints": ["gone too"]}]}).status_code == 400


def test_a_reset_brings_the_start_configuration_back_under_a_new_revision() -> None:
    admin = Admin()
    start_export, revision = admin.datastore.export(), admin.datastore.revision
    admin.patch("/base:environments/environment", {"base:environment": {"base-url": "https://other"}})
    admin.datastore.set_knobs({"unlicensed": True})
    admin.datastore.reset()
    assert admin.datastore.export() == start_export
    assert admin.datastore.revision > revision + 1
    assert admin.get(DCR).status_code == 404


def test_the_run_time_sees_values_and_namespaces() -> None:
    root = Admin().datastore.root()
    assert root.tag == f"{{{CONFIG}}}config"
    (profile_type,) = [one for one in root.iter("{https://curity.se/ns/conf/base}type") if one.text == "as:oauth-service"]
    assert profile_type.nsmap["as"] == "https://curity.se/ns/conf/profile/oauth"
    assert "#{" not in etree.tostring(root, encoding="unicode")


def test_the_own_export_is_no_copy_and_has_no_registration() -> None:
    text = Path(OWN_EXPORT).read_text(encoding="utf-8")
    assert "dynamic-client-registration" not in text
    assert "access-token-as-jwt" not in text
