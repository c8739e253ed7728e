"""What can be said of a platform without asking any system: addresses that contradict each other, rules that cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dcr.model.hosts import ANY_PORT, authority, is_allowed, is_loopback, is_well_formed, split_entry
from dcr.model.violations import Fault, Location, elements, mapping, shown, texts

ADDRESSES: tuple[Location, ...] = (
    ("curity", "admin_url"),
    ("curity", "issuer"),
    ("konnect", "url"),
    ("vault", "url"),
    ("gateway", "url"),
)
DISCOVERY = "/.well-known"


def contradictions(platform: object) -> list[Fault]:
    """What is wrong with a platform beyond its single fields. It may be faulty otherwise: then only what can be judged is."""
    return [
        *_endings(platform),
        *_wildcard_ports(platform),
        *_foreign_addresses(platform),
        *_patterns(platform),
        *_redirect_hosts(platform),
        *_repetitions(platform),
    ]


def _address(platform: object, location: Location) -> str:
    system, field = map(str, location)
    value = mapping(platform, system).get(field)
    return value.strip() if isinstance(value, str) else ""


def _endings(platform: object) -> Iterator[Fault]:
    issuer = _address(platform, ("curity", "issuer"))
    if DISCOVERY in issuer:
        yield Fault(("curity", "issuer"), "is the address of its metadata", f"Write {shown(issuer.partition(DISCOVERY)[0])}")
    admin = _address(platform, ("curity", "admin_url")).rstrip("/")
    if admin.endswith("/data"):
        yield Fault(("curity", "admin_url"), "ends with /data, which is added to it", f"Write {shown(admin.removesuffix('/data'))}")
    konnect = _address(platform, ("konnect", "url"))
    if re.match(r"https://[^/]+/.", konnect):
        yield Fault(("konnect", "url"), f"{shown(konnect)} has a path", "Write the region's address alone: https://eu.api.konghq.com")


def _wildcard_ports(platform: object) -> Iterator[Fault]:
    for number, entry in texts(mapping(platform, "rules"), "allowed_hosts"):
        host, port = split_entry(entry.strip())
        location = ("rules", "allowed_hosts", number)
        if port == ANY_PORT and not is_loopback(host):
            yield Fault(location, f"{shown(entry)} allows every port of a host that is not this machine", "Name the port")
        elif port.isdecimal() and not 1 <= int(port) <= 65535:
            yield Fault(location, f"{shown(entry)} has no such port", "Ports go from 1 to 65535")


def _foreign_addresses(platform: object) -> Iterator[Fault]:
    allowed = [entry.strip() for _, entry in texts(mapping(platform, "rules"), "allowed_hosts")]
    for location in ADDRESSES if allowed else ():
        url = _address(platform, location)
        if url.startswith("https://") and not is_well_formed(url):
            yield Fault(location, f"{shown(url)} has a malformed host or port", "Write https://host:port/path")
        elif url.startswith("https://") and not is_allowed(url, allowed):
            yield Fault(location, f"{authority(url)} is not among the allowed hosts", f"Add {authority(url)} to rules.allowed_hosts")


def _patterns(platform: object) -> Iterator[Fault]:
    rules = mapping(platform, "rules")
    patterns: list[tuple[Location, object]] = [((name,), rules.get(name)) for name in ("tenant_names", "application_names")]
    for number, grant in elements(rules, "grants"):
        patterns += [(("grants", number, "slugs", place), slug) for place, slug in texts(grant, "slugs")]
    for location, pattern in patterns:
        if isinstance(pattern, str):
            try:
                re.compile(pattern)
            except re.error as error:
                remedy = "Fix it, or leave it empty to allow any name"
                yield Fault(("rules", *location), f"is not a regular expression: {error.msg}", remedy)


def _redirect_hosts(platform: object) -> Iterator[Fault]:
    rules = mapping(platform, "rules")
    holders: list[tuple[Location, object]] = [((), rules)]
    holders += [(("grants", number), grant) for number, grant in elements(rules, "grants")]
    for location, holder in holders:
        for number, host in texts(holder, "redirect_hosts"):
            if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host.strip().lower()):
                place = ("rules", *location, "redirect_hosts", number)
                yield Fault(place, f"{shown(host)} is not a host", "Write the host alone: app.example")


def _repetitions(platform: object) -> Iterator[Fault]:
    for system, name in (("curity", "capabilities"), ("curity", "service_roles"), ("rules", "allowed_hosts")):
        seen: set[str] = set()
        for number, text in texts(mapping(platform, system), name):
            if text.strip() in seen:
                yield Fault((system, name, number), f"{shown(text)} is there more than once", "Remove one of them")
            seen.add(text.strip())
