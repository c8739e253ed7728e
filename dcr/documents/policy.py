"""The platform's policy, as the platform states them, applied to what a tenant asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dcr.documents.grants import host_of, not_granted
from dcr.errors import Problem
from dcr.model.platform import Platform, Rules
from dcr.model.tenant import Tenant
from dcr.model.violations import Fault, elements, shown


def check(platform: Platform, tenant: Tenant) -> list[Problem]:
    """Which rules of the platform this tenant breaks; empty if none."""
    return [fault.problem("tenant") for fault in broken_rules(platform.rules, tenant.model_dump(mode="json"))]


def broken_rules(rules: Rules, tenant: object) -> list[Fault]:
    """The same for plain data, which may be faulty otherwise: then only what can be judged is."""
    return [
        *_names(rules, tenant),
        *_redirect_hosts(rules, tenant),
        *_at_most(rules.max_apis, tenant, "apis"),
        *_at_most(rules.max_applications, tenant, "applications"),
        *not_granted(rules.grants, tenant),
    ]


def _names(rules: Rules, tenant: object) -> Iterator[Fault]:
    if isinstance(tenant, Mapping):
        yield from _name(rules.tenant_names, "tenant_names", tenant.get("slug"), ("slug",))
    for number, application in elements(tenant, "applications"):
        name = application.get("name") if isinstance(application, Mapping) else None
        yield from _name(rules.application_names, "application_names", name, ("applications", number, "name"))


def _name(pattern: str, rule: str, name: object, location: tuple[str | int, ...]) -> Iterator[Fault]:
    if pattern and isinstance(name, str) and not re.fullmatch(pattern, name.strip()):
        yield Fault(location, f"{shown(name)} is not a name of this house", f"rules.{rule} of the platform asks for {pattern!r}")


def _redirect_hosts(rules: Rules, tenant: object) -> Iterator[Fault]:
    for number, application in elements(tenant, "applications"):
        uri = application.get("redirect_uri") if isinstance(application, Mapping) else None
        host = host_of(uri) if isinstance(uri, str) else ""
        if rules.redirect_hosts and host and host not in {allowed.lower() for allowed in rules.redirect_hosts}:
            remedy = f"rules.redirect_hosts of the platform allows {', '.join(rules.redirect_hosts)}"
            yield Fault(("applications", number, "redirect_uri"), f"{shown(host)} is not a host that redirect URIs may name", remedy)


def _at_most(limit: int, tenant: object, name: str) -> Iterator[Fault]:
    count = sum(1 for _ in elements(tenant, name))
    if count > limit:
        yield Fault(
            (name,), f"holds {count}, this platform allows {limit}", f"Ask for fewer, or have rules.max_{name} of the platform raised"
        )
