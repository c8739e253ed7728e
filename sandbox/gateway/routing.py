"""Which route a request takes, and what protects the service behind it. Source: docs/vendors/konnect.md, Gateway answers."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.state import Implementation, Organization, Publication, Route, Strategy


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


def match(org: Organization, method: str, path: str) -> Matched | None:
    """The route with the longest path that the request's path begins with; a prefix need not end at a slash."""
    with org.lock:
        matching = [
            (len(prefix), number, one, prefix)
            for number, one in enumerate(org.all(Route))
            for prefix in one.paths
            if path.startswith(prefix) and method in (one.methods or (method,))
        ]
    if not matching:
        return None
    _, _, route, prefix = max(matching, key=lambda found: (found[0], -found[1]))
    return Matched(route, "/" + path.removeprefix(prefix).lstrip("/"))


def protection(org: Organization, route: Route) -> Protection | None:
    """What Konnect put on the route's service: nothing without an implementation link, a strategy, or a plugin that was installed."""
    with org.lock:
        link = next((one for one in org.all(Implementation) if one.service_id == route.service_id), None)
        if link is None or not org.plugin_installed:
            return None
        ids = {one for each in org.all(Publication) if each.api_id == link.api_id for one in each.strategy_ids or []}
        strategies = tuple(one for one in org.all(Strategy) if one.id in ids)
    return Protection(link.api_id, strategies) if strategies else None
