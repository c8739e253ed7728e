"""Names that become parts of Vault paths and URLs: an allow-list, checked before any path is built.

Clients and servers normalise `..` into *valid* foreign paths (docs/vendors/vault.md, Layout), so nothing is escaped: it is refused.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import Field

from dcr.errors import Refused

SLUG_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
# Curity's ids are chosen by its operators; what every export shows fits this (docs/vendors/curity.md, Configuration tree).
CURITY_ID_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"
UUID_PATTERN = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
CurityId = Annotated[str, Field(pattern=CURITY_ID_PATTERN)]


def climbs(path: str) -> bool:
    """Whether a dot segment is in a URL's path, percent-encoded or not: clients and servers resolve those each in their own way."""
    return bool({".", ".."} & set(re.split(r"[/\\]", unquote(path))))


def segment(name: str) -> str:
    """The name percent-encoded, as one segment of a URL's path.

    Raises:
        Refused: it is none, or one that stands for another place.
    """
    if name in ("", ".", ".."):
        raise Refused("name", f"{name!r} may not be part of a path", "Name what is meant.")
    return quote(name, safe="")


def checked_slug(name: str) -> str:
    """Return the name if it may be one segment of a Vault path.

    Raises:
        Refused: it may not.
    """
    if not re.fullmatch(SLUG_PATTERN, name):
        raise Refused("name", f"{name!r} may not be part of a path", "Use lower-case letters, digits and inner hyphens, at most 63.")
    return name


def checked_uuid(name: str) -> str:
    """Return the id in lower case if it is a UUID, so that it may be one segment of a path.

    Raises:
        Refused: it is none.
    """
    if not re.fullmatch(UUID_PATTERN, name):
        raise Refused("name", f"{name!r} may not be part of a path", "It has to be an id as Konnect gives it: a UUID.")
    return name.lower()
