"""Who may use the RESTCONF interface, and for what.

Source: docs/vendors/curity.md, Admin access: HTTP Basic with an `aaa` user, access rules (NACM) by path.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping

from lxml import etree

from sandbox.curity import problems

_BASE = "{https://curity.se/ns/conf/base}"
_RESTCONF = "/".join(f"{_BASE}{name}" for name in ("environments", "environment", "admin-service", "http", "restconf"))


def authenticate(authorization: str | None, users: Mapping[str, str], root: etree._Element) -> None:
    """Check the credentials of a request.

    Args:
        authorization: the header, or None.
        users: passwords by user name.
        root: the configuration, which turns the interface and its HTTP Basic on or off.

    Raises:
        Problem: 404 if the interface is off, 401 if the credentials are not good.
    """
    interface = root.find(_RESTCONF)
    if interface is None:
        raise problems.absent()
    basic_off = interface.findtext(f"{_BASE}basic-authentication") == "false"
    if basic_off or not _known(authorization or "", users):
        raise problems.unauthenticated()


def denied(path: str, denied_paths: Iterable[str]) -> bool:
    """Whether a schema path lies at or below one of the denied ones."""
    return any(path == one or path.startswith(f"{one}/") for one in denied_paths)


def _known(authorization: str, users: Mapping[str, str]) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    expected = users.get(name)
    return expected is not None and hmac.compare_digest(expected.encode(), password.encode())
