"""What is read of Curity's configuration is the same in every dialect of JSON that it may speak."""

from __future__ import annotations

import httpx
import pytest
from lxml import etree

from dcr.curity.admin.client import CurityAdmin
from dcr.curity.admin.reading import read_facilities
from dcr.curity.admin.reading import read_state as read_with_facilities
from dcr.curity.admin.state import CurityState, DynamicRegistration, Endpoint, NamedFacility, NonTemplatized, Property
from dcr.errors import Refused
from tests.unit.curity.admin.admin_side import make_admin
from tests.unit.curity.admin.exports import EXPORTS, SERVER, export, minimal, reference
from tests.unit.curity.admin.restconf import DIALECTS, Dialect, told
from tests.unit.curity_in_process import CurityInProcess, added


def read_state(admin: CurityAdmin, profile: str) -> CurityState:
    facilities = read_facilities(admin)
    return read_with_facilities(admin, profile, facilities)


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("dialect", DIALECTS[1:], ids=str)
def test_a_real_export_reads_the_same_in_every_dialect(name: str, dialect: Dialect) -> None:
    as_documented = read_state(told(export(name)), "token-service")

    assert read_state(told(export(name), dialect), "token-service") == as_documented


def test_the_spa_export_says_what_stands_in_it() -> None:
    state = read_state(told(export("spa-deployments.standard.xml")), "token-service")

    profile = state.profile
    assert profile
    assert [client.id for client in profile.clients] == ["api-gateway-client", "spa-client"]
    assert {"client-credentials", "code", "assisted-token"} <= profile.capabilities
    assert profile.default_issuer.signing_key == "default-signing-key"
    assert (profile.default_issuer.access_token_as_jwt, profile.registration, profile.custom_issuers) == (False, None, ())
    assert (profile.metadata_exposed, profile.basic_and_form_post) == (True, True)
    assert state.environment.base_url == "#{IDSVR_BASE_URL}"
    assert state.facilities.verification_keystores == (NamedFacility("default-signature-verification-key"),)


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_the_how_to_is_read_back_as_it_was_written(dialect: Dialect) -> None:
    """The derived root edit of the reference folder holds every node that this tool writes."""
    curity = CurityInProcess(minimal())
    curity.admin().patch_root(reference("root_patch.xml").replace(b"${DCR_CLIENT_ID}", b"konnect-dcr"))

    profile = read_state(told(curity.config, dialect), "token-service").profile

    assert profile
    assert profile.default_issuer.access_token_as_jwt
    assert profile.custom_issuers[0].verification_keystore == "default-signature-verification-key"
    assert profile.registration == DynamicRegistration(
        "default-datasource",
        NonTemplatized(
            capabilities=frozenset({"code", "client-credentials"}),
            scopes=frozenset({"all"}),
            authenticators=frozenset({"all"}),
            client_authentication_methods=frozenset({"secret"}),
            authenticate_client_by=("konnect-dcr",),
        ),
        client_management=True,
    )
    new = Endpoint("token-service-dynamic-client-registration", "/token-service/oauth-registration", "oauth-dynamic-client-registration")
    assert new in profile.endpoints


CASES = {
    "no-authentication": "<no-authentication/>",
    "authenticate-user-by": "<authenticate-user-by>web-shop</authenticate-user-by>",
    "mutual-tls": "<mutual-tls><trusted-issuers>ca</trusted-issuers></mutual-tls>",
    "mutual-tls-by-proxy": "<mutual-tls-by-proxy/>",
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_every_other_way_to_authenticate_registrants_is_recognised(case: str, dialect: Dialect) -> None:
    container = f"<non-templatized>{CASES[case]}</non-templatized>"
    config = _with_server_setting(f"<dynamic-client-registration>{container}</dynamic-client-registration>")

    profile = read_state(told(config, dialect), "token-service").profile

    assert profile
    assert profile.registration
    assert profile.registration.non_templatized
    assert profile.registration.non_templatized.other_registrant == case


VERIFIERS = {
    "asymmetric-key": "<asymmetric-key>key</asymmetric-key>",
    "jwks": "<jwks>e30=</jwks>",
    "symmetric-key": "<symmetric-key>data:text/plain;aes,x</symmetric-key>",
    "no-authentication": "<no-authentication>true</no-authentication>",
    "credential-manager": "<credential-manager>cm</credential-manager>",
    "jwks-uri": "<jwks-uri><uri>https://a.example</uri></jwks-uri>",
    "mutual-tls": "<mutual-tls/>",
    "mutual-tls-by-proxy": "<mutual-tls-by-proxy><client-dn>x</client-dn></mutual-tls-by-proxy>",
}


@pytest.mark.parametrize("case", VERIFIERS)
def test_a_client_that_authenticates_in_another_way_is_recognised(case: str) -> None:
    client = f"<client><id>other</id>{VERIFIERS[case]}<properties><property><key>k</key><value>v</value></property></properties></client>"
    config = _with_server_setting(client, "/as:client-store/as:config-backed")

    profile = read_state(told(config), "token-service").profile

    found = profile.client("other") if profile else None
    assert found
    assert (found.other_verifier, found.properties) == (case, (Property("k", "v"),))


def test_a_registration_container_without_children_is_on_and_empty() -> None:
    config = _with_server_setting("<dynamic-client-registration/>")

    profile = read_state(told(config), "token-service").profile

    assert profile
    assert profile.registration == DynamicRegistration()


def test_an_absent_profile_is_told_with_the_ones_that_are_there() -> None:
    state = read_state(told(minimal()), "tokens")

    assert (state.profile, state.other_profiles) == (None, ("token-service",))


def test_nothing_is_there_for_an_admin_user_who_may_read_nothing() -> None:
    state = read_state(_answering(httpx.Response(404)), "token-service")

    assert (state.profile, state.other_profiles, state.environment.service_roles, state.facilities.signing_keys) == (None, (), (), ())


def test_no_content_is_absent_too() -> None:
    assert read_state(_answering(httpx.Response(204)), "token-service").profile is None


def test_three_requests_read_all_and_ask_for_no_key_or_password() -> None:
    curity = CurityInProcess(minimal())

    read_state(curity.admin(), "token-service")

    asked = [(request.url.path.rpartition("/data/")[2], request.url.params.get("fields")) for request in curity.traffic.requests]
    assert asked == [
        (
            "base:facilities",
            "data-sources/data-source/id;crypto(signing-keys/signing-key/id;signature-verification-keys/signature-verification-key/id)",
        ),
        ("base:profiles/profile=token-service,oauth-service", None),
        ("base:environments/environment", "base-url;services/service-role(id;enabled;endpoints)"),
    ]


def test_an_answer_of_another_shape_is_refused_without_quoting_it() -> None:
    with pytest.raises(Refused) as refused:
        read_state(_answering(httpx.Response(200, json={"profile": [{"id": {"secret": "$5$hash"}}]})), "token-service")

    assert "0.id" in str(refused.value)
    assert "hash" not in str(refused.value)


def test_a_stored_hash_is_never_shown() -> None:
    state = read_state(told(minimal()), "token-service")

    assert "$5$" not in repr(state)


def _with_server_setting(xml: str, container: str = "") -> etree._Element:
    config = minimal()
    added(config, SERVER + container, xml)
    return config


def _answering(response: httpx.Response) -> CurityAdmin:
    return make_admin(answer=lambda _request: response)
