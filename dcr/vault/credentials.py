"""Credential settings: a plain value, or `vault://mount/path#key`, read when it is needed and not before.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import re

from dcr.errors import Missing, Refused
from dcr.secret import BasicCredentials, Secret
from dcr.vault.client import Vault

SCHEME = "vault://"
# Every segment by an allow-list: no dots, escapes or empty ones, which clients rewrite into other paths.
SEGMENT = "[A-Za-z0-9][A-Za-z0-9_-]*"
REFERENCE = re.compile(rf"vault://(?P<mount>{SEGMENT})/(?P<path>{SEGMENT}(?:/{SEGMENT})*)#(?P<key>[A-Za-z0-9_-]+)")


def reference(vault: Vault, path: str, key: str) -> Secret:
    """The reference to a key of a path on the platform's mount."""
    return Secret(f"{vault.ref(path)}#{key}")


def resolve(vault: Vault, value: Secret) -> Secret:
    """What a credential setting stands for, read anew if it is a reference.

    Raises:
        Refused: the reference is malformed.
        Missing: nothing is there.
    """
    text = value.get_secret_value()
    if not text.startswith(SCHEME):
        return value
    match = REFERENCE.fullmatch(text)
    if match is None:
        raise Refused("settings", "a credential is no reference of the form vault://mount/path#key", "Use letters, digits, _ and -.")
    mount, path, key = match["mount"], match["path"], match["key"]
    found = vault.read(path, mount=mount)
    if found is None or key not in found.values:
        raise Missing(f"vault: {mount}/{path}", f"holds no {key!r}", f"An operator puts it there: vault kv put {mount}/{path} {key}=…")
    return found.values[key]


def pair(vault: Vault, username: Secret, password: Secret) -> BasicCredentials:
    """A username and its password, each a value or a reference."""
    return BasicCredentials(resolve(vault, username).get_secret_value(), resolve(vault, password))


def developer_login(vault: Vault, path: str) -> BasicCredentials:
    """A service developer's login at its portal: `email` and `password` of a Vault path."""
    return pair(vault, reference(vault, path, "email"), reference(vault, path, "password"))
