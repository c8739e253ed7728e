"""What a value that does not match one of our patterns is instead, in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from dcr.model.names import CURITY_ID_PATTERN, SLUG_PATTERN
from dcr.model.platform import HOST_PORT_PATTERN, HTTPS_URL_PATTERN
from dcr.model.tenant import PATH_PATTERN, REDIRECT_URI_PATTERN

Words = tuple[str, str]
"""The fault, and its remedy; an empty remedy means the field's description."""


def words_for(pattern: str, value: object, quoted: str) -> Words:
    """Say what is wrong with a value that does not match.

    Args:
        quoted: the value as a message may show it.
    """
    speak = _SPEAKERS.get(pattern)
    return speak(str(value).strip(), quoted) if speak else (f"{quoted} does not have the right form", "")


def _slug(value: str, quoted: str) -> Words:
    remedy = "Use lower-case letters, digits and inner hyphens, at most 63"
    if not value:
        return "is empty", remedy
    if ".." in value or "/" in value:
        return f"{quoted} would leave its place in a path", remedy
    if len(value) > 63:
        return f"is {len(value)} characters long", remedy
    return f"{quoted} is not a short name", remedy


def _curity_id(value: str, quoted: str) -> Words:
    if not value:
        return "is empty", "Name an id of Curity's configuration, or leave the field out"
    return f"{quoted} is not an id of Curity's", "Use letters, digits, '.', '_' and '-', as in Curity's configuration, at most 128"


def _https_url(value: str, quoted: str) -> Words:
    return _url(value, quoted), "Write https://host:port/path, without user, query and fragment"


def _redirect_uri(value: str, quoted: str) -> Words:
    return _url(value, quoted), "Write https://host/path, or http://localhost:port/path, without user and fragment"


def _url(value: str, quoted: str) -> str:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what finds a bad one
    except ValueError:
        return f"{quoted} is not a URL: its host or port is malformed"
    if not value:
        return "is empty"
    if re.search(r"\s", value):
        return f"{quoted} has a space in it"
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return f"{quoted} is not an absolute URL"
    if "@" in parts.netloc:
        return f"{quoted} names a user, which may bring a password"
    if parts.scheme == "http":
        return f"{quoted} is plain http"
    return f"{quoted} has a query or a fragment" if parts.query or parts.fragment else f"{quoted} is not a URL of the right form"


def _host_and_port(value: str, quoted: str) -> Words:
    remedy = "Write host:port in lower case, for example curity.example:8443; only a loopback host may have * as port"
    if "://" in value:
        return f"{quoted} is a URL, not host:port", remedy
    if ":" not in value:
        return f"{quoted} has no port", remedy
    return f"{quoted} is not host:port", remedy


def _path(value: str, quoted: str) -> Words:
    remedy = "Write the path as the gateway sees it, without host, query and fragment, for example /orders"
    return (f"{quoted} does not begin with /" if not value.startswith("/") else f"{quoted} is not a path alone"), remedy


_SPEAKERS: dict[str, Callable[[str, str], Words]] = {
    SLUG_PATTERN: _slug,
    CURITY_ID_PATTERN: _curity_id,
    HTTPS_URL_PATTERN: _https_url,
    HOST_PORT_PATTERN: _host_and_port,
    PATH_PATTERN: _path,
    REDIRECT_URI_PATTERN: _redirect_uri,
}
