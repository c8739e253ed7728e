"""Open facts of Curity's RESTCONF that reading tells.

Source: docs/vendors/curity.md, RESTCONF queries, Absent nodes, Concurrency, RESTCONF edits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from dcr.curity.admin.answers import bare
from dcr.probe.asking import Asking, object_in
from dcr.probe.display import Told

UNREADABLE = Told(None, "the profile cannot be read")
CAPABILITIES = "ietf-restconf-monitoring:restconf-state/capabilities"
# Rarely set; the first that is not set tells.
UNSET_LEAVES = ("issuer-override", "account-manager", "authorization-manager")
EMPTY_CONTAINERS = (
    "client-authentication",
    "scopes",
    "dynamic-client-registration/client-management/registration-token",
    "client-authentication/using-jwt",
)
ABSENT_PRESENCE = ("dynamic-client-registration/templatized", "expose-metadata", "dynamic-client-registration")


def unset_leaf(asking: Asking) -> Told:
    """GET of a leaf that nobody set."""
    return _first(asking, UNSET_LEAVES, {204: "204", 404: "404"})


def empty_container(asking: Asking) -> Told:
    """GET of a container without content; one that answers with defaults in it is not empty."""
    return _first(asking, EMPTY_CONTAINERS, {204: "204", 404: "404", 200: "200"})


def absent_presence_container(asking: Asking) -> Told:
    """GET of a presence container that is not there."""
    return _first(asking, ABSENT_PRESENCE, {204: "204", 404: "404"})


def _first(asking: Asking, paths: tuple[str, ...], readings: Mapping[int, str]) -> Told:
    if not asking.profile():
        return UNREADABLE
    for path in paths:
        if not _has_parent(asking, path):
            continue
        answer = asking.of_server(path)
        if answer is not None and answer.status_code in readings and not _content(answer):
            return Told(readings[answer.status_code], f"GET {path} -> {answer.status_code}")
    return Told(None, f"all of {', '.join(paths)} are set, lack what they stand in, or may not be read")


def _has_parent(asking: Asking, path: str) -> bool:
    """Below something that is absent, anything answers 404: that says nothing of its own kind."""
    found: Any = _server(asking)
    for name in path.split("/")[:-1]:
        found = found.get(name) if isinstance(found, dict) else None
    return found is not None


def _content(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.OK and any(value not in ({}, [None]) for value in object_in(answer).values())


def defaults(asking: Asking) -> Told:
    """The server says its basic mode itself."""
    found = [name for name in _capabilities(asking) if "capability:defaults:1.0" in name]
    mode = found[0].partition("basic-mode=")[2].partition("&")[0] if found else ""
    known = {"explicit": "explicit", "report-all": "report-all"}
    return Told(known.get(mode), f"capability defaults says basic-mode {mode}" if mode else "no capability defaults is told")


def yang_patch(asking: Asking) -> Told:
    """The server says itself whether it has YANG Patch."""
    told = _capabilities(asking)
    if not told:
        return Told(None, f"{CAPABILITIES} cannot be read")
    there = any("yang-patch" in name for name in told)
    return Told("advertised" if there else "absent", f"capability yang-patch is {'told' if there else 'not told'}")


def _capabilities(asking: Asking) -> list[str]:
    found = bare(object_in(asking.curity(CAPABILITIES))).get("capabilities", {})
    return [str(name) for name in found.get("capability", [])] if isinstance(found, dict) else []


def identity_prefix(asking: Asking) -> Told:
    """The type of the profile is an identity."""
    kind = asking.profile().get("type")
    if not isinstance(kind, str):
        return UNREADABLE
    return Told("module" if ":" in kind else "bare", f"the profile's type is {kind}")


def endpoint_kind_prefix(asking: Asking) -> Told:
    """Every profile has endpoints."""
    endpoints = asking.profile().get("endpoints", {}).get("endpoint", [])
    kinds = [kind for endpoint in endpoints if isinstance(kind := endpoint.get("endpoint-kind"), str)]
    if not kinds:
        return Told(None, "no endpoint of the profile can be read")
    return Told("base" if kinds[0].startswith("base:") else "bare", f"an endpoint-kind is {kinds[0]}")


def etag(asking: Asking) -> Told:
    """Of any answer from the datastore."""
    answer = asking.of_profile()
    if answer is None or not answer.is_success:
        return UNREADABLE
    there = "etag" in answer.headers
    return Told("present" if there else "absent", f"the answer to GET of the profile has {'an' if there else 'no'} ETag")


def unsettled_kinds(asking: Asking) -> Told:
    """JSON writes an empty leaf as [null] and a container as {}."""
    registration = _server(asking).get("dynamic-client-registration") or {}
    values = list((registration.get("non-templatized") or {}).get("capabilities", {}).values()) if isinstance(registration, dict) else []
    if not values:
        return Told(None, "dynamic client registration is off, or gives no capabilities")
    known = {"[None]": "modelled", "{}": "swapped"}
    return Told(known.get(str(values[0])), f"a capability of registered clients is written {'[null]' if values[0] == [None] else '{}'}")


def secret_readable(asking: Asking) -> Told:
    """The initial client's, else any client's: a hash shows that it may be read, a client without any verifier that it may not."""
    secrets = dict(_secrets(asking))
    if any(secrets.values()):
        return Told("hash", "a client's secret is answered as $5$...")
    ours = asking.ctx.platform.curity.initial_client.id
    return Told("hidden", f"client {ours} is answered without its secret") if ours in secrets else Told(None, "no client can be read")


def secret_rounds(asking: Asking) -> Told:
    """By the form of the initial client's hash, which this server made."""
    found = dict(_secrets(asking)).get(asking.ctx.platform.curity.initial_client.id, "")
    if not found:
        return Told(None, "the initial client is not there, or its hash may not be read")
    tuned = found.startswith("$5$rounds=")
    return Told("tuned" if tuned else "default", f"the initial client's hash begins {'$5$rounds=' if tuned else '$5$ and its salt'}")


def _secrets(asking: Asking) -> Iterator[tuple[str, str]]:
    clients = _server(asking).get("client-store", {}).get("config-backed", {}).get("client", [])
    for client in clients:
        secret = client.get("secret", "")
        yield str(client.get("id")), secret if isinstance(secret, str) and secret.startswith("$5$") else ""


def _server(asking: Asking) -> dict[str, Any]:
    found = asking.profile().get("settings", {}).get("authorization-server", {})
    return found if isinstance(found, dict) else {}


TELLS: Mapping[str, Callable[[Asking], Told]] = {
    "curity.unset-leaf": unset_leaf,
    "curity.empty-container": empty_container,
    "curity.absent-presence-container": absent_presence_container,
    "curity.defaults": defaults,
    "curity.yang-patch": yang_patch,
    "curity.identity-prefix": identity_prefix,
    "curity.endpoint-kind-prefix": endpoint_kind_prefix,
    "curity.etag": etag,
    "curity.unsettled-kinds": unsettled_kinds,
    "curity.secret-readable": secret_readable,
    "curity.secret-rounds": secret_rounds,
}
