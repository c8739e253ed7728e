"""Curity configurations for tests: the public exports of the reference folder, and a small one of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.reference import NOT_HERE

REFERENCE = Path(__file__).parents[5] / "shared" / "reference" / "curity"
EXPORTS = ("mobile-deployments.base-config.xml", "spa-deployments.standard.xml")

PROFILE = "base:profiles/base:profile[base:id='token-service']"
SERVER = f"{PROFILE}/base:settings/as:authorization-server"

NAMESPACES = {
    "base": "https://curity.se/ns/conf/base",
    "as": "https://curity.se/ns/conf/profile/oauth",
    "data": "urn:ietf:params:xml:ns:yang:ietf-restconf",
}

MINIMAL = """
<config xmlns="http://tail-f.com/ns/config/1.0">
  <environments xmlns="https://curity.se/ns/conf/base">
    <environment>
      <base-url>https://localhost:8443</base-url>
      <admin-service><http><restconf/></http></admin-service>
      <services>
        <service-role>
          <id>default</id>
          <endpoints>token-service-anonymous</endpoints>
          <endpoints>token-service-token</endpoints>
        </service-role>
        <service-role>
          <id>internal</id>
          <enabled>false</enabled>
        </service-role>
      </services>
    </environment>
  </environments>
  <profiles xmlns="https://curity.se/ns/conf/base">
    <profile>
      <id>token-service</id>
      <type xmlns:as="https://curity.se/ns/conf/profile/oauth">as:oauth-service</type>
      <settings>
        <authorization-server xmlns="https://curity.se/ns/conf/profile/oauth">
          <client-capabilities><code/><client-credentials/></client-capabilities>
          <openid-connect><expose-metadata/></openid-connect>
          <client-store>
            <config-backed>
              <client>
                <id>web-shop</id>
                <secret>$5$bbbbbbbbbbbbbbbb$0123456789012345678901234567890123456789012</secret>
                <capabilities><code/></capabilities>
              </client>
            </config-backed>
          </client-store>
        </authorization-server>
      </settings>
      <endpoints>
        <endpoint><id>token-service-anonymous</id><uri>/oauth/v2/oauth-anonymous</uri><endpoint-kind>oauth-anonymous</endpoint-kind></endpoint>
        <endpoint><id>token-service-token</id><uri>/oauth/v2/oauth-token</uri><endpoint-kind>oauth-token</endpoint-kind></endpoint>
      </endpoints>
      <token-issuers>
        <default-token-issuer>
          <jwt-issuer-settings><signing-key-id>default-signing-key</signing-key-id></jwt-issuer-settings>
          <default-data-source>default-datasource</default-data-source>
        </default-token-issuer>
      </token-issuers>
    </profile>
  </profiles>
  <facilities xmlns="https://curity.se/ns/conf/base">
    <data-sources><data-source><id>default-datasource</id></data-source></data-sources>
    <crypto>
      <signing-keys><signing-key><id>default-signing-key</id></signing-key></signing-keys>
      <signature-verification-keys>
        <signature-verification-key><id>default-signature-verification-key</id></signature-verification-key>
      </signature-verification-keys>
    </crypto>
  </facilities>
</config>
"""


def parse(text: str | bytes) -> etree._Element:
    """A configuration's root, without the spaces between elements."""
    return etree.fromstring(text, etree.XMLParser(remove_blank_text=True, remove_comments=True))


def minimal() -> etree._Element:
    return parse(MINIMAL)


def reference(name: str) -> bytes:
    """A file of the reference folder; the test is skipped, with the file's name, where the folder is not there."""
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"{NOT_HERE}: curity/{name}")
    return path.read_bytes()


def export(name: str) -> etree._Element:
    return parse(reference(f"exports/{name}"))
