"""Open facts of Konnect that reading tells.

Source: docs/vendors/konnect.md, Errors, Lists, Portals.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from dcr.konnect.providers import PATH as PROVIDERS
from dcr.probe.asking import Asking, object_in
from dcr.probe.display import Told

NOBODYS_ID = str(uuid.UUID(int=0xFEED << 64 | 0x4 << 76))  # the same in every probe: nothing has it
PORTALS = "/v3/portals"
LARGEST, LARGER = 1000, 1001


def page_size(asking: Asking) -> Told:
    """A list that is asked for without a page size says which one it took."""
    size = _page(object_in(asking.konnect(PORTALS))).get("size")
    known = {10: "10", 3: "3", 100: "100"}
    return Told(known.get(size) if isinstance(size, int) else None, f"GET {PORTALS} has page size {size}")


def page_size_limit(asking: Asking) -> Told:
    """Two sizes: the largest that any reading takes, and one more."""
    largest, larger = (asking.konnect(PORTALS, page_size=str(size)) for size in (LARGEST, LARGER))
    if largest is None or larger is None:
        return Told(None, f"GET {PORTALS} cannot be asked")
    seen = f"page[size]={LARGEST} -> {largest.status_code}, {LARGER} -> {larger.status_code}"
    if largest.is_success and _page(object_in(largest)).get("size") == 100:
        return Told("100-clamped", f"{seen}, cut to 100")
    reading = {(200, 400): "1000-refused", (400, 400): "100-refused"}.get((largest.status_code, larger.status_code))
    return Told(reading, seen)


def _page(answer: Mapping[str, Any]) -> dict[str, Any]:
    meta = answer.get("meta", {})
    found = meta.get("page", {}) if isinstance(meta, dict) else {}
    return found if isinstance(found, dict) else {}


def trace_prefix(asking: Asking) -> Told:
    """Of the problem document for something that is not there."""
    instance = _problem(asking.konnect(f"{PROVIDERS}/{NOBODYS_ID}")).get("instance", "")
    prefix = str(instance).partition(":")[0]
    known = {"kong": "kong", "konnect": "konnect"}
    return Told(known.get(prefix), f"instance of a problem document begins {prefix or '(none)'}")


def title_401(asking: Asking) -> Told:
    """Of a read with a token that nobody issued."""
    answer = asking.konnect(PROVIDERS, as_nobody=True)
    title = str(_problem(answer).get("title", "")) if answer is not None and answer.status_code == httpx.codes.UNAUTHORIZED else ""
    known = {word: word for word in ("Unauthorized", "Unauthenticated", "ApiUnauthorized")}
    return Told(known.get(title), f"the problem document for a wrong token has the title {title[:60] or '(none)'}")


def unlisted_not_found(asking: Asking) -> Told:
    """An operation whose document lists neither 403 nor 404."""
    path = f"{PORTALS}/{NOBODYS_ID}/authentication-settings"
    answer = asking.konnect(path)
    known = {404: "404", 403: "403"}
    return Told(known.get(answer.status_code) if answer is not None else None, f"GET {PORTALS}/<unknown>/authentication-settings")


def canonical_domain(asking: Asking) -> Told:
    """Of any portal with a domain of Kong's."""
    portals = object_in(asking.konnect(PORTALS)).get("data", [])
    domains = [str(portal.get("canonical_domain", "")) for portal in portals if isinstance(portal, dict)]
    for form in ("kongportals.com", "portal.konghq.com"):
        if any(domain.partition(":")[0].endswith(f".{form}") for domain in domains):
            return Told(form, f"a portal's canonical_domain ends in {form}")
    return Told(None, "no portal has a domain of Kong's own")


def _problem(answer: httpx.Response | None) -> dict[str, Any]:
    try:
        found = answer.json() if answer is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


TELLS: Mapping[str, Callable[[Asking], Told]] = {
    "konnect.page-size": page_size,
    "konnect.page-size-limit": page_size_limit,
    "konnect.trace-prefix": trace_prefix,
    "konnect.title-401": title_401,
    "konnect.unlisted-not-found": unlisted_not_found,
    "konnect.canonical-domain": canonical_domain,
}
