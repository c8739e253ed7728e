"""A Curity configuration small enough to read, and edited in place: the run time sees only the tree and its revision."""

from __future__ import annotations

from lxml import etree
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # it ships no types

BASE_URL = "https://localhost:8443"
ISSUER = f"{BASE_URL}/oauth/v2/oauth-anonymous"
METADATA_PATH = "/oauth/v2/oauth-anonymous/.well-known/openid-configuration"
TOKEN_PATH = "/oauth/v2/oauth-token"
REGISTRATION_PATH = "/token-service/oauth-registration"
SECRET = "correct horse"
BASE = "https://curity.se/ns/conf/base"
OAUTH = "https://curity.se/ns/conf/profile/oauth"
_HASH = sha256_crypt.using(rounds=1000).hash(SECRET)

_KINDS = {
    "anonymous": ("/oauth/v2/oauth-anonymous", "oauth-anonymous"),
    "authorize": ("/oauth/v2/oauth-authorize", "oauth-authorize"),
    "token": (TOKEN_PATH, "oauth-token"),
    "introspect": ("/oauth/v2/oauth-introspect", "oauth-introspect"),
    "revoke": ("/oauth/v2/oauth-revoke", "oauth-revoke"),
    "userinfo": ("/oauth/v2/oauth-userinfo", "oauth-userinfo"),
    "dcr": (REGISTRATION_PATH, "oauth-dynamic-client-registration"),
}


def _client(client_id: str, capabilities: str, more: str = "") -> str:
    return f"<client><id>{client_id}</id><secret>{_HASH}</secret>{more}<capabilities>{capabilities}</capabilities></client>"


_XML = f"""
<config xmlns="http://tail-f.com/ns/config/1.0">
  <environments xmlns="{BASE}"><environment><base-url>{BASE_URL}</base-url><services>
    <service-role><id>default</id>{"".join(f"<endpoints>{name}</endpoints>" for name in _KINDS)}</service-role>
    <service-role><id>internal</id><endpoints>token</endpoints></service-role>
  </services></environment></environments>
  <profiles xmlns="{BASE}"><profile>
    <id>token-service</id><type xmlns:as="{OAUTH}">as:oauth-service</type>
    <settings><authorization-server xmlns="{OAUTH}">
      <client-capabilities><code/><client-credentials/><introspection/></client-capabilities>
      <scopes><scope><id>openid</id></scope><scope><id>read</id></scope>
        <scope><id>secret</id><expose-in-metadata>false</expose-in-metadata></scope></scopes>
      <openid-connect><expose-metadata/></openid-connect>
      <client-store><config-backed>
        {_client("konnect-dcr", "<client-credentials/>", "<scope>read</scope><scope>openid</scope>")}
        {_client("gateway", "<introspection/>")}
        {_client("off", "<client-credentials/>", "<enabled>false</enabled>")}
        {_client("manager", "<client-credentials/>")}
      </config-backed></client-store>
      <dynamic-client-registration><client-data-source>default</client-data-source>
        <non-templatized>
          <capabilities><code/><client-credentials/></capabilities><scopes><all/></scopes>
          <client-authentication-method><secret/></client-authentication-method>
          <authenticate-client-by>konnect-dcr</authenticate-client-by>
        </non-templatized>
        <client-management><management-clients><client>manager</client></management-clients></client-management>
      </dynamic-client-registration>
    </authorization-server></settings>
    <endpoints>{"".join(f"<endpoint><id>{i}</id><uri>{u}</uri><endpoint-kind>{k}</endpoint-kind></endpoint>" for i, (u, k) in _KINDS.items())}</endpoints>
    <token-issuers><default-token-issuer>
      <jwt-issuer-settings><signing-key-id>default-signing-key</signing-key-id></jwt-issuer-settings>
      <access-token-as-jwt/><default-data-source>default</default-data-source>
    </default-token-issuer></token-issuers>
  </profile></profiles>
  <facilities xmlns="{BASE}"><crypto><signing-keys><signing-key><id>default-signing-key</id></signing-key></signing-keys></crypto></facilities>
</config>
"""  # noqa: E501 - a table of elements reads better unbroken

NAMESPACES = {"base": BASE, "as": OAUTH}


class EditedConfiguration:
    """The configuration above with edits; each is a commit."""

    def __init__(self) -> None:
        self._root = etree.fromstring(_XML)
        self.revision = 1

    def root(self) -> etree._Element:
        return self._root

    def remove(self, path: str) -> None:
        """Remove all nodes that the XPath finds; there must be one."""
        found = self._find(path)
        for node in found:
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)
        self.revision += 1

    def add(self, path: str, xml: str) -> None:
        """Append a node to the one that the XPath finds; `xml` is in the parent's namespace unless it says otherwise."""
        (parent,) = self._find(path)
        namespace = etree.QName(parent).namespace
        parent.append(etree.fromstring(f'<wrapped xmlns="{namespace}">{xml}</wrapped>')[0])
        self.revision += 1

    def _find(self, path: str) -> list[etree._Element]:
        found = self._root.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        nodes = [node for node in found if isinstance(node, etree._Element)]
        assert nodes, path
        return nodes
