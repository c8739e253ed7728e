"""Settings become one XML edit: namespaces where they change, keys first, nothing twice."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dcr.curity.admin import nodes
from dcr.curity.admin.edit import Edit, document
from dcr.curity.admin.nodes import Key, Node, Path, below, display
from dcr.errors import Refused
from dcr.secret import Secret
from tests.unit.curity.admin.exports import NAMESPACES, parse

# What CURITY_ID_PATTERN allows, and what XML has to escape in values.
IDS = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=20)
VALUES = st.text(string.ascii_letters + string.digits + " <>&'\"#{}$:/äß…\t", min_size=1, max_size=20)
LEAVES = st.sampled_from(["client-name", "description", "enabled"])
CAPABILITIES = st.sampled_from(["code", "implicit", "client-credentials"])


def test_one_client_is_rendered_as_curitys_exports_write_it() -> None:
    path = nodes.client("token-service", "konnect-dcr")

    edits = [Edit(below(path, "secret"), Secret("s3cret")), Edit(below(path, "capabilities", "client-credentials"))]

    assert document(edits).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf">\n'
        '  <profiles xmlns="https://curity.se/ns/conf/base">\n'
        "    <profile>\n"
        "      <id>token-service</id>\n"
        '      <type xmlns:as="https://curity.se/ns/conf/profile/oauth">as:oauth-service</type>\n'
        "      <settings>\n"
        '        <authorization-server xmlns="https://curity.se/ns/conf/profile/oauth">\n'
        "          <client-store>\n"
        "            <config-backed>\n"
        "              <client>\n"
        "                <id>konnect-dcr</id>\n"
        "                <secret>s3cret</secret>\n"
        "                <capabilities>\n"
        "                  <client-credentials/>\n"
        "                </capabilities>\n"
        "              </client>\n"
        "            </config-backed>\n"
        "          </client-store>\n"
        "        </authorization-server>\n"
        "      </settings>\n"
        "    </profile>\n"
        "  </profiles>\n"
        "</data>"
    )


def test_another_root_makes_a_fragment_for_a_file_with_the_same_content() -> None:
    edits = [Edit(below(nodes.service_role("default"), "endpoints"), "registration")]
    for_files = etree.QName("http://tail-f.com/ns/config/1.0", "config")

    fragment, patch = document(edits, for_files), document(edits)

    assert parse(fragment).tag == for_files.text
    assert [etree.tostring(child) for child in parse(fragment)] == [etree.tostring(child) for child in parse(patch)]


def test_members_of_a_leaf_list_stand_beside_each_other() -> None:
    endpoints = below(nodes.service_role("default"), "endpoints")

    root = parse(document([Edit(endpoints, "one"), Edit(endpoints, "two")]))

    assert [element.text for element in root.iterfind(".//base:endpoints", NAMESPACES)] == ["one", "two"]
    assert len(root.findall(".//base:service-role", NAMESPACES)) == 1


def test_an_element_that_is_told_twice_stands_once() -> None:
    inside = below(nodes.authorization_server("t"), "openid-connect")

    root = parse(document([Edit(inside), Edit(below(inside, "expose-metadata")), Edit(below(inside, "expose-metadata"))]))

    assert len(root.findall(".//as:expose-metadata", NAMESPACES)) == 1


def test_a_value_that_xml_cannot_carry_is_refused_without_being_quoted() -> None:
    with pytest.raises(Refused) as refused:
        document([Edit(below(nodes.client("t", "c"), "secret"), Secret("hidden\x00value"))])

    assert "curity/profile=t/client=c/secret" in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_a_plan_tells_a_path_without_what_all_paths_have() -> None:
    issuer = below(nodes.custom_token_issuer("token-service", "userinfo", "jwt", "userinfo"), "jwt", "signing-key-id")

    assert display(issuer) == "curity/profile=token-service/token-issuers/custom-token-issuer=userinfo/jwt/signing-key-id"
    assert display(below(nodes.service_role("default"), "endpoints")) == "curity/service-role=default/endpoints"


@st.composite
def client_edits(draw: st.DrawFn) -> list[Edit]:
    path = nodes.client(draw(IDS), draw(IDS))
    leaves = draw(st.dictionaries(LEAVES, VALUES))
    words = draw(st.dictionaries(IDS, VALUES))
    switched_on = draw(st.sets(CAPABILITIES))
    return [
        *(Edit(below(path, name), value) for name, value in leaves.items()),
        *(Edit(below(path, "capabilities", name)) for name in sorted(switched_on)),
        *(Edit(_property(path, key), value) for key, value in words.items()),
    ]


def _property(path: Path, key: str) -> Path:
    return (*below(path, "properties"), Node("property", (Key("key", key),)), Node("value"))


@given(st.lists(client_edits(), max_size=4))
def test_every_setting_can_be_read_back_from_where_it_was_to_stand(several: list[list[Edit]]) -> None:
    edits = {edit.path: edit for group in several for edit in group}

    root = parse(document(edits.values()))

    for edit in edits.values():
        found = _reached(root, edit.path)
        assert len(found) == 1
        assert (found[0].text or None) == edit.value
    assert len(root.findall(".//as:client", NAMESPACES)) == len({edit.path[:7] for edit in edits.values()})


@given(st.lists(client_edits(), max_size=3))
def test_the_keys_of_every_entry_come_before_all_else(several: list[list[Edit]]) -> None:
    root = parse(document(edit for group in several for edit in group))

    for entry, keys in (("{*}profile", ["id", "type"]), ("{*}client", ["id"]), ("{*}property", ["key"])):
        for element in root.iter(entry):
            assert [etree.QName(child).localname for child in element][: len(keys)] == keys


@given(client_edits())
def test_equal_settings_give_equal_bytes(edits: list[Edit]) -> None:
    assert document(edits) == document(list(edits))


@given(IDS, VALUES)
def test_a_secret_shows_in_the_document_and_nowhere_else(client_id: str, value: str) -> None:
    edit = Edit(below(nodes.client("token-service", client_id), "secret"), Secret(f"hidden {value}"))

    assert parse(document([edit])).findtext(".//as:secret", namespaces=NAMESPACES) == f"hidden {value}"
    assert "hidden" not in repr(edit)


def _reached(element: etree._Element, path: Path) -> list[etree._Element]:
    there = [element]
    for node in path:
        there = [child for parent in there for child in parent if _is(child, node)]
    return there


def _is(element: etree._Element, node: Node) -> bool:
    same_keys = all((element.findtext(f"{{*}}{key.name}") or "").rpartition(":")[2] == key.value for key in node.keys)
    return etree.QName(element).localname == node.name and same_keys
