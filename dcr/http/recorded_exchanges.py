"""What passed between us and the systems, kept so that it can be shown to strangers: statuses, some headers, and shapes without values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from dcr.http.sender import evidence_of
from dcr.results.evidence import Evidence

# What tells of a product and its version, and cannot hold a credential.
SHOWN_HEADERS = ("server", "via", "content-type", "cache-control", "retry-after", "vary", "allow", "accept-patch")
# Their values may hold something, their being there tells enough.
NAMED_HEADERS = ("etag", "last-modified", "set-cookie", "location")
MOST_MEMBERS = 200  # of an object or a list in a shape


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer."""

    system: str
    evidence: Evidence
    headers: tuple[tuple[str, str], ...]
    challenge: str  # of WWW-Authenticate: scheme and names of its parameters
    shape: Any  # of the body: member names stay, values give way to the names of their types

    def shown(self) -> dict[str, Any]:
        """For a bug report: the host gives way to the system's name."""
        method, _, url = self.evidence.call.partition(" ")
        parsed = httpx.URL(url)
        call = f"{method} {parsed.raw_path.decode().partition('?')[0]}"
        told = {"system": self.system, "call": call, "status": self.evidence.status, "at": self.evidence.at}
        more = {"request_id": self.evidence.request_id, "headers": dict(self.headers), "challenge": self.challenge}
        return told | {name: value for name, value in more.items() if value} | {"body": self.shape}


@dataclass(slots=True)
class Exchanges:
    """Every exchange of one command, in order. Not for several threads."""

    kept: list[Exchange] = field(default_factory=list)

    def observe(self, system: str, response: httpx.Response) -> None:
        """Keep what may be kept of one."""
        response.read()
        named = [(name, "(present)") for name in NAMED_HEADERS if name in response.headers]
        headers = [(name, response.headers[name]) for name in SHOWN_HEADERS if name in response.headers]
        challenge = challenge_shape(response.headers.get("www-authenticate", ""))
        self.kept.append(Exchange(system, evidence_of(response), (*headers, *named), challenge, body_shape(response)))

    def since(self, mark: int) -> tuple[Exchange, ...]:
        """Those that came after the first `mark` ones."""
        return tuple(self.kept[mark:])


def challenge_shape(value: str) -> str:
    """`Bearer realm="x", error="y"` -> `Bearer realm error`."""
    scheme, _, parameters = value.partition(" ")
    return " ".join([scheme, *re.findall(r"([A-Za-z_]+)=", parameters)]) if value else ""


def body_shape(response: httpx.Response) -> Any:
    """The shape of a JSON body, or what else it is."""
    if not response.content:
        return "(empty)"
    try:
        return shape(json.loads(response.content))
    except ValueError:
        return f"({response.headers.get('content-type', 'unknown').partition(';')[0]})"


def shape(value: Any) -> Any:
    """Values give way to the names of their types; of a list, each different shape once."""
    match value:
        case dict():
            return {name: shape(inner) for name, inner in list(value.items())[:MOST_MEMBERS]}
        case list():
            found: list[Any] = []
            for inner in value[:MOST_MEMBERS]:
                one = shape(inner)
                found += [one] if one not in found else []
            return found
        case None:
            return "null"
    return {bool: "boolean", int: "integer", float: "number", str: "string"}[type(value)]
