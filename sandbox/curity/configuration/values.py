"""Values of leaves: which text a YANG type takes, and how RFC 7951 writes it in JSON.

yangson judges the text. Identities are resolved here, since in XML their prefix hangs on the element (RFC 7950 section 9.10.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

SECRET_TYPE = "sha-256-digest-string"
ENDPOINT_KIND_TYPE = "endpoint-types"
# docs/vendors/curity.md, Custom token issuers: the members of these enumerations are not all known.
OPEN_ENUMERATIONS = frozenset({"token-issuer-type", "token-purpose-type", ENDPOINT_KIND_TYPE, "jwt-algorithm"})
_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class YangType(Protocol):
    """What is used of yangson's types."""

    def parse_value(self, text: str) -> Any:
        """The value a text stands for, or None."""

    def to_raw(self, val: Any) -> Any:
        """The value as JSON has it."""

    def __contains__(self, val: Any) -> bool:
        """Whether the type has the value."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A member of an identityref."""

    name: str
    module: str
    namespace: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Value:
    """The type of a leaf or leaf-list."""

    type_name: str
    """Name of the typedef or built-in type."""
    yang: YangType
    identities: tuple[Identity, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the leaf says everything by being there."""
        return self.type_name == "empty"

    @property
    def is_secret(self) -> bool:
        """Whether a plaintext is hashed when it is written."""
        return self.type_name == SECRET_TYPE

    def accepts(self, text: str, readings: Mapping[str, str]) -> bool:
        """Whether the text stands for a value of the type. Not for identities: see `identity_of`."""
        if self.type_name in OPEN_ENUMERATIONS and readings["curity.enumeration-members"] == "open":
            return _MEMBER.fullmatch(text) is not None
        return self.fits(text)

    def fits(self, text: str) -> bool:
        """Whether the text stands for a value of the type as the modules have it."""
        return self._parsed(text) is not None

    def to_json(self, text: str) -> Any:
        """The text as a JSON value; what the type does not take (a part of an export never judged) stays a string."""
        value = self._parsed(text)
        return text if value is None else self.yang.to_raw(value)

    def identity_of(self, element: etree._Element, text: str) -> Identity | None:
        """The identity that an element's text names, by the prefixes in force at the element."""
        prefix, colon, name = text.rpartition(":")
        namespace = element.nsmap.get(prefix if colon else None)
        return next((one for one in self.identities if one.name == name and one.namespace == namespace), None)

    def identity_named(self, raw: str) -> Identity | None:
        """The identity of a JSON value or a URI key: `module:name`, or the name alone."""
        module, colon, name = raw.rpartition(":")
        return next((one for one in self.identities if one.name == name and (not colon or one.module == module)), None)

    def _parsed(self, text: str) -> Any:
        value = self.yang.parse_value(text)
        return value if value is not None and value in self.yang else None
