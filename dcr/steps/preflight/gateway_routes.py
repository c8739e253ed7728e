"""Whether the request that proves access takes a route of the API's own gateway service. Pure: routes in, an answer out.

Kong's own way of matching: every condition that a route has must be met, by one of its values; what it does not say does not matter. What
cannot be judged here (headers, expressions, a pattern that Python does not read) counts as no match: better a line too many than
credentials at another service.

Source: docs/vendors/konnect.md, Routes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from dcr.konnect.routes import DEFAULT_PROTOCOLS, GatewayRoute
from dcr.model.tenant import ApiSpec
from dcr.model.violations import printable

HTTPS_PORT = 443
MOST_TOLD = 10  # routes in one message
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")  # as Kong writes it; Python wants a P
_NESTED = re.compile(r"[*+}]\)+[*+{]")  # repeated repetitions, which Python may try for ever


@dataclass(frozen=True, slots=True)
class ProvingRequest:
    """The request, as the gateway will see it."""

    scheme: str
    host: str
    port: int
    method: str
    path: str


def request_of(api: ApiSpec, gateway_url: str) -> ProvingRequest:
    """What is sent to prove access to this API."""
    url = urlsplit(gateway_url)
    path = _normalised(f"{url.path.rstrip('/')}{api.path}")
    return ProvingRequest(url.scheme, (url.hostname or "").lower(), url.port or HTTPS_PORT, api.method.value, path)


def takes(request: ProvingRequest, route: GatewayRoute) -> bool:
    """Whether the request takes this route, if no other one is nearer."""
    if route.expression or route.headers:
        return False
    return (
        request.scheme in (route.protocols or DEFAULT_PROTOCOLS)
        and (not route.methods or request.method in route.methods)
        and (not route.hosts or any(_is_host(request, host) for host in route.hosts))
        and (not route.snis or any(_covers(name.rstrip("."), request.host) for name in route.snis))
        and (not route.paths or any(_begins(request.path, path) for path in route.paths))
    )


def told(routes: Iterable[GatewayRoute]) -> str:
    """The routes, each in a few words; not all of a great many."""
    words = [printable(_told(route)) for route in routes]
    more = f", and {len(words) - MOST_TOLD} more" if len(words) > MOST_TOLD else ""
    return f"{'; '.join(words[:MOST_TOLD])}{more}"


def _told(route: GatewayRoute) -> str:
    if route.expression:
        return f"{route.name or route.id}, by an expression, which is not judged here"
    parts = ["|".join(route.methods or ("any method",)), "|".join(route.paths or ("any path",))]
    parts += [f"on host {'|'.join(route.hosts)}"] if route.hosts else []
    parts += [f"for SNI {'|'.join(route.snis)}"] if route.snis else []
    parts += ["with certain headers"] if route.headers else []
    return f"{' '.join(parts)} by {'|'.join(route.protocols or DEFAULT_PROTOCOLS)}"


def _normalised(path: str) -> str:
    """As the gateway does before it matches: repeated slashes are one, and no plain character stays encoded."""

    def decoded(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return re.sub(r"/{2,}", "/", re.sub(r"%([0-9A-Fa-f]{2})", decoded, path))


def _is_host(request: ProvingRequest, wanted: str) -> bool:
    name, colon, port = wanted.rpartition(":")
    if colon and port.isdecimal():
        return int(port) == request.port and _covers(name, request.host)
    return _covers(wanted, request.host)


def _covers(wanted: str, host: str) -> bool:
    """A name, or one with a wildcard at its beginning or end."""
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and host != wanted[2:]
    if wanted.endswith(".*"):
        return host.startswith(wanted[:-1]) and host != wanted[:-2]
    return host == wanted


def _begins(path: str, wanted: str) -> bool:
    """A prefix, which need not end at a slash; behind a `~` a pattern, from the beginning too."""
    if not wanted.startswith("~"):
        return path.startswith(wanted)
    pattern = _NAMED_GROUP.sub("(?P<", wanted[1:])
    if _NESTED.search(pattern):
        return False
    try:
        return re.match(pattern, path) is not None
    except re.error:
        return False
