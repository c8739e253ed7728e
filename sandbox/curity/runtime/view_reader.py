"""Reads the run time's `View` from the configuration tree, with the documented defaults for what is not set.

Source of names and defaults: docs/vendors/curity.md, Configuration tree.
"""

from __future__ import annotations

from lxml import etree

from sandbox.curity.runtime.view import (
    ConfiguredClient,
    Endpoint,
    Issuer,
    Kind,
    Management,
    Metadata,
    Profile,
    Registration,
    SigningKey,
    Verifier,
    View,
)

NAMESPACES = {"base": "https://curity.se/ns/conf/base", "as": "https://curity.se/ns/conf/profile/oauth"}
DAY_SECONDS = 86_400

# The sections below `expose-metadata` that pick one of several endpoints of a kind.
_METADATA_SECTIONS = {
    Kind.AUTHORIZE: "authorize-endpoint",
    Kind.TOKEN: "token-endpoint",
    Kind.USERINFO: "userinfo-endpoint",
    Kind.REVOKE: "revocation-endpoint",
    Kind.INTROSPECT: "introspection-endpoint",
    Kind.REGISTRATION: "dynamic-client-registration-endpoint",
}


def read_view(root: etree._Element, base_url: str) -> View:
    """What the run-time nodes make of a configuration.

    Args:
        root: the whole configuration, parameters already replaced.
        base_url: taken where the environment has no `base-url`.
    """
    base = _text(root, "base:environments/base:environment/base:base-url") or base_url
    deployed = _deployed_endpoints(root)
    keys = {key.id: key for key in _signing_keys(root)}
    profiles = [
        _profile(profile, base.rstrip("/"), deployed, keys)
        for profile in _all(root, "base:profiles/base:profile")
        if _text(profile, "base:type").rpartition(":")[2] == "oauth-service"
    ]
    return View(tuple(profiles))


def _deployed_endpoints(root: etree._Element) -> frozenset[str]:
    roles = _all(root, "base:environments/base:environment/base:services/base:service-role")
    return frozenset(text for role in roles if _flag(role, "base:enabled", True) for text in _texts(role, "base:endpoints"))


def _signing_keys(root: etree._Element) -> list[SigningKey]:
    return [
        SigningKey(_text(key, "base:id"), _text(key, "base:type") or "rsa", _text(key, "base:external-id") or None)
        for key in _all(root, "base:facilities/base:crypto/base:signing-keys/base:signing-key")
    ]


def _profile(profile: etree._Element, base_url: str, deployed: frozenset[str], keys: dict[str, SigningKey]) -> Profile:
    endpoints = [
        Endpoint(_text(entry, "base:id"), _text(entry, "base:uri"), _text(entry, "base:endpoint-kind").rpartition(":")[2])
        for entry in _all(profile, "base:endpoints/base:endpoint")
    ]
    server = profile.find("base:settings/as:authorization-server", NAMESPACES)
    server = etree.Element("absent") if server is None else server
    anonymous = next((endpoint.uri for endpoint in endpoints if endpoint.kind == Kind.ANONYMOUS), "")
    scopes = _all(server, "as:scopes/as:scope")
    return Profile(
        id=_text(profile, "base:id"),
        base_url=base_url,
        issuer=_text(server, "as:issuer-override") or base_url + anonymous,
        endpoints=tuple(endpoint for endpoint in endpoints if endpoint.id in deployed),
        capabilities=_names(server, "as:client-capabilities"),
        scopes=tuple(_text(scope, "as:id") for scope in scopes),
        published_scopes=tuple(_text(scope, "as:id") for scope in scopes if _flag(scope, "as:expose-in-metadata", True)),
        basic_and_form_post=_flag(server, "as:client-authentication/as:basic-and-form-post", True),
        detailed_errors=_present(profile, "base:expose-detailed-error-messages"),
        clients={client.id: client for client in map(_client, _all(server, "as:client-store/as:config-backed/as:client"))},
        token_issuer=_issuer(profile, keys),
        keys=_used_keys(profile, keys),
        openid_metadata=_metadata(server, "as:openid-connect/as:expose-metadata"),
        oauth_metadata=_metadata(server, "as:expose-metadata"),
        registration=_registration(server.find("as:dynamic-client-registration", NAMESPACES)),
        authorization_manager=_text(server, "as:authorization-manager"),
    )


def _client(client: etree._Element) -> ConfiguredClient:
    client_id = _text(client, "as:id")
    second = client.find("as:secondary-authentication-method", NAMESPACES)
    verifiers = [Verifier(_text(client, "as:secret"))]
    if second is not None:
        verifiers.append(Verifier(_text(second, "as:secret"), _text(second, "as:expires-on") or None))
    return ConfiguredClient(
        id=client_id,
        enabled=_flag(client, "as:enabled", True),
        verifiers=tuple(verifier for verifier in verifiers if verifier.digest),
        capabilities=_names(client, "as:capabilities"),
        scopes=tuple(_texts(client, "as:scope")),
        audience=tuple(_texts(client, "as:audience")) or (client_id,),
        access_token_ttl=_number(client, "as:access-token-ttl", 300),
    )


def _issuer(profile: etree._Element, keys: dict[str, SigningKey]) -> Issuer:
    settings = "base:token-issuers/base:default-token-issuer/base:jwt-issuer-settings"
    return Issuer(
        jwt=_present(profile, "base:token-issuers/base:default-token-issuer/base:access-token-as-jwt"),
        key=keys.get(_text(profile, f"{settings}/base:signing-key-id")),
        algorithm=_text(profile, f"{settings}/base:algorithm") or "RS256",
        key_id_in_header=_flag(profile, f"{settings}/base:include-key-identifier", True),
        thumbprint_in_header=_flag(profile, f"{settings}/base:include-sha-1-thumbprint", True),
    )


def _used_keys(profile: etree._Element, keys: dict[str, SigningKey]) -> tuple[SigningKey, ...]:
    named = [
        *_texts(profile, "base:token-issuers/base:default-token-issuer/base:jwt-issuer-settings/base:signing-key-id"),
        *_texts(profile, "base:token-issuers/base:custom-token-issuer/base:jwt/base:signing-key-id"),
    ]
    return tuple(keys[name] for name in dict.fromkeys(named) if name in keys)


def _metadata(server: etree._Element, path: str) -> Metadata | None:
    section = server.find(path, NAMESPACES)
    if section is None:
        return None
    chosen = {
        kind: (_text(section, f"as:{name}/as:endpoint"), _text(section, f"as:{name}/as:base-url") or None)
        for kind, name in _METADATA_SECTIONS.items()
        if _present(section, f"as:{name}")
    }
    return Metadata(_number(section, "as:cache-duration", 600), _text(section, "as:jwks-uri-override") or None, chosen)


def _registration(section: etree._Element | None) -> Registration | None:
    found = None if section is None else section.find("as:non-templatized", NAMESPACES)
    if section is None or found is None:
        return None
    return Registration(
        capabilities=_names(found, "as:capabilities"),
        scopes=None if _present(found, "as:scopes/as:all") else frozenset(_texts(found, "as:scopes/as:scope")),
        secret_allowed=_present(found, "as:client-authentication-method/as:secret"),
        open_to_all=_present(found, "as:no-authentication"),
        registrants=frozenset(_texts(found, "as:authenticate-client-by")),
        refresh_token_ttl=_number(found, "as:default-refresh-token-ttl", 3600),
        consent=_present(found, "as:user-consent"),
        management=_management(section.find("as:client-management", NAMESPACES)),
    )


def _management(section: etree._Element | None) -> Management | None:
    if section is None:
        return None
    return Management(
        token_ttl=_number(section, "as:registration-token/as:ttl", 365) * DAY_SECONDS,
        read_write_ttl=_number(section, "as:registration-token/as:read-write-ttl", 28) * DAY_SECONDS,
        reuse_token=_flag(section, "as:registration-token/as:reuse", False),
        rotated_secret_ttl=_number(section, "as:rotated-secret-ttl", 0),
        managers=frozenset(_texts(section, "as:management-clients/*")),
    )


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall(path, NAMESPACES)


def _texts(element: etree._Element, path: str) -> list[str]:
    return [(found.text or "").strip() for found in _all(element, path)]


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path, default="", namespaces=NAMESPACES) or "").strip()


def _present(element: etree._Element, path: str) -> bool:
    return element.find(path, NAMESPACES) is not None


def _flag(element: etree._Element, path: str, default: bool) -> bool:
    return {"true": True, "false": False}.get(_text(element, path), default)


def _number(element: etree._Element, path: str, default: int) -> int:
    text = _text(element, path)
    return int(text) if text.isdecimal() else default


def _names(element: etree._Element, path: str) -> frozenset[str]:
    found = element.find(path, NAMESPACES)
    children = [] if found is None else [child for child in found if isinstance(child.tag, str)]
    return frozenset(etree.QName(child).localname for child in children)
