"""Rules of a tenant that no pattern can say. They look at plain data, so that they also speak where other fields are faulty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dcr.model.hosts import is_well_formed
from dcr.model.names import climbs
from dcr.model.violations import Fault, Location, elements, shown, texts


def inconsistencies(tenant: object) -> list[Fault]:
    """Names that are there twice, applications that use an API the tenant does not have, paths that climb."""
    apis = [(number, _api_names(api)) for number, api in elements(tenant, "apis")]
    applications = [(number, application) for number, application in elements(tenant, "applications")]
    labels = [(("apis", number, "name"), names[-1]) for number, names in apis if names]
    names = [(("applications", number, "name"), _text(application, "name")) for number, application in applications]
    known = {name for _, names in apis for name in names}
    return [
        *_repeated("API", labels),
        *_climbing_paths(tenant),
        *_repeated("application", names),
        *_malformed_redirects(applications),
        *_unknown_apis(known, applications),
    ]


def _api_names(api: object) -> tuple[str, ...]:
    """By which an application may name it: without its version, and with it."""
    name = _text(api, "name")
    return (name, f"{name} {_text(api, 'version')}".strip()) if name else ()


def _text(data: object, name: str) -> str:
    value = data.get(name) if isinstance(data, Mapping) else None
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _repeated(kind: str, names: Iterable[tuple[Location, str]]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for location, name in names:
        if name and name in seen:
            faults.append(Fault(location, f"{shown(name)} is there more than once", f"Each {kind} once; give this one another name"))
        seen.add(name)
    return faults


def _climbing_paths(tenant: object) -> list[Fault]:
    """Clients and servers resolve `..` each in their own way, so the request would prove access to another path."""
    paths = [(number, _text(api, "path")) for number, api in elements(tenant, "apis")]
    return [
        Fault(("apis", number, "path"), f"{shown(path)} climbs with '..'", "Write the path as the gateway's route has it")
        for number, path in paths
        if climbs(path)
    ]


def _malformed_redirects(applications: Iterable[tuple[int, object]]) -> list[Fault]:
    """The pattern says what a URL may hold; whether its host and port are any is another matter."""
    uris = [(number, _text(application, "redirect_uri")) for number, application in applications]
    remedy = "Write https://host/path, or http://localhost:port/path"
    return [
        Fault(("applications", number, "redirect_uri"), f"{shown(uri)} has a malformed host or port", remedy)
        for number, uri in uris
        if uri and not is_well_formed(uri)
    ]


def _unknown_apis(known: set[str], applications: Iterable[tuple[int, object]]) -> list[Fault]:
    remedy = f"Use {' or '.join(map(shown, sorted(known)))}, or add it to apis" if known else "Add it to apis"
    return [
        Fault(("applications", number, "apis", index), f"{shown(name)} is none of the tenant's APIs", remedy)
        for number, application in applications
        for index, name in texts(application, "apis")
        if name.strip() not in known
    ]
