"""Which route a request takes, and what protects the service behind it. Source: docs/vendors/konnect.md, Gateway answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.konnect.state import Implementation, Organization, Publication, Route, Strategy

REGEX = "~"  # before a path that is a regular expression


@dataclass(frozen=True, slots=True)
class Matched:
    """A route, and what is left of the path for the service behind it."""

    route: Route
    upstream_path: str


@dataclass(frozen=True, slots=True)
class Protection:
    """The auth plugin on a service: the API it stands for, and the strategies that let applications in. None: everyone may pass."""

    api_id: str
    strategies: tuple[Strategy, ...]


def match(org: Organization, method: str, host: str, path: str) -> Matched | None:
    """The route of the control plane's core entities that a request takes: there is no other table.

    The one that asks for most goes first, then a regular expression, then the longest path, then the older one. A prefix need not end
    at a slash.
    """
    with org.lock:
        matching = [
            (_rules(one), one_path.startswith(REGEX), len(taken), -number, one, taken)
            for number, one in enumerate(org.all(Route))
            for one_path in one.paths or ("",)
            if (taken := _taken(one_path, path)) is not None and method in (one.methods or (method,)) and _is_for(one, host)
        ]
    if not matching:
        return None
    *_, route, taken = max(matching, key=lambda found: found[:4])
    return Matched(route, "/" + path.removeprefix(taken).lstrip("/"))


def _rules(route: Route) -> int:
    return sum(bool(rule) for rule in (route.hosts, route.methods, route.paths))


def _taken(wanted: str, path: str) -> str | None:
    """What a route's path takes of the request's, if it does."""
    if wanted.startswith(REGEX):
        found = re.match(wanted.removeprefix(REGEX), path)
        return found[0] if found else None
    return wanted if path.startswith(wanted) else None


def _is_for(route: Route, host: str) -> bool:
    return not route.hosts or any(fnmatchcase(host, wanted) for wanted in route.hosts)


def protection(org: Organization, route: Route) -> Protection | None:
    """What Konnect put on the route's service: nothing without an implementation link, a strategy, or a plugin that was installed."""
    with org.lock:
        link = next((one for one in org.all(Implementation) if one.service_id == route.service_id), None)
        if link is None or not org.plugin_installed:
            return None
        ids = {one for each in org.all(Publication) if each.api_id == link.api_id for one in each.strategy_ids or []}
        strategies = tuple(one for one in org.all(Strategy) if one.id in ids)
    return Protection(link.api_id, strategies) if strategies else None
