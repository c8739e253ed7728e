"""What the platform grants: which tenants may ask for what. Without grants anybody may ask for anything, and the first one owns it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from dcr.model.platform import Grant
from dcr.model.tenant import ApplicationSpec, OwnerType, Tenant, Way
from dcr.model.violations import Fault, Location, elements, shown


def not_granted(grants: tuple[Grant, ...], tenant: object) -> list[Fault]:
    """What none of the grants allows; empty if one of them allows all of it, or if there are none.

    Args:
        tenant: plain data, which may be faulty otherwise: then only what can be judged is.
    """
    slug = _text(tenant, "slug")
    if not grants or not slug:
        return []
    mine = [(number, grant) for number, grant in enumerate(grants) if _matches(grant.slugs, slug)]
    if not mine:
        covered = " or ".join(pattern for grant in grants for pattern in grant.slugs)
        return [Fault(("slug",), f"{shown(slug)} is granted nothing here", f"rules.grants of the platform are for slugs like {covered}")]
    refusals = [list(_refused(f"rules.grants[{number}]", grant, tenant)) for number, grant in mine]
    return min(refusals, key=len)  # of the nearest one; the first, if several are as near


def _matches(patterns: Iterable[str], text: str) -> bool:
    some = [*patterns]
    return not some or any(re.fullmatch(pattern, text) for pattern in some)


def _refused(rule: str, grant: Grant, tenant: object) -> Iterator[Fault]:
    """What this one grant does not allow, field by field."""
    yield from _unless(grant.portals, ("portal",), _text(tenant, "portal"), f"{rule}.portals")
    yield from _owner(rule, grant, tenant)
    yield from _unless(grant.requesters, ("requested_by",), _text(tenant, "requested_by"), f"{rule}.requesters")
    visibility, approval = _text(tenant, "visibility", Tenant), _text(tenant, "registration_approval", Tenant)
    yield from _unless(grant.visibilities, ("visibility",), visibility, f"{rule}.visibilities")
    yield from _unless(grant.approvals, ("registration_approval",), approval, f"{rule}.approvals")
    for number, api in elements(tenant, "apis"):
        yield from _api(rule, grant, number, api)
    for number, application in elements(tenant, "applications"):
        location: Location = ("applications", number)
        yield from _unless(grant.ways, (*location, "way"), _text(application, "way", ApplicationSpec), f"{rule}.ways")
        host = host_of(_text(application, "redirect_uri"))
        yield from _unless(grant.redirect_hosts, (*location, "redirect_uri"), host, f"{rule}.redirect_hosts", str.lower)


def _owner(rule: str, grant: Grant, tenant: object) -> Iterator[Fault]:
    """A developer's login in Vault shows that the owner agrees; nothing does where an application is imported."""
    owner, developer = _text(tenant, "owner"), _text(tenant, "owner_type", Tenant) == OwnerType.DEVELOPER
    imported = any(_text(application, "way", ApplicationSpec) == Way.IMPORT for _, application in elements(tenant, "applications"))
    if owner and developer and imported and not grant.owners:
        fault = f"{shown(owner)} may not be named as the owner of imported applications, for which no login shows that it agrees"
        yield Fault(("owner",), fault, f"{rule}.owners of the platform has to list this developer, or use the way portal")
    yield from _unless(grant.owners, ("owner",), owner, f"{rule}.owners", str.lower if developer else str)


def _api(rule: str, grant: Grant, number: int, api: object) -> Iterator[Fault]:
    """By its name alone, or with its version."""
    name = _text(api, "name")
    label = f"{name} {_text(api, 'version')}".strip()
    if name not in grant.apis:
        yield from _unless(grant.apis, ("apis", number, "name"), label, f"{rule}.apis")


def _unless(allowed: Iterable[str], location: Location, asked: str, rule: str, alike: Callable[[str], str] = str) -> Iterator[Fault]:
    """A fault unless what is asked for is allowed. What is not there is told elsewhere, or has nothing to be judged."""
    some = [str(one) for one in allowed]
    if some and asked and alike(asked) not in {alike(one) for one in some}:
        yield Fault(location, f"{shown(asked)} is not granted to this tenant", f"{rule} of the platform allows {', '.join(some)}")


def host_of(uri: str) -> str:
    """The host of a URI; empty if it has none."""
    try:
        return urlsplit(uri.strip()).hostname or ""
    except ValueError:
        return ""


def _text(data: object, name: str, model: type[Tenant] | type[ApplicationSpec] | None = None) -> str:
    """A field's text without blanks around it; empty if it holds something else. A field that is not there has the model's default."""
    default = model.model_fields[name].default if model else ""
    value = data.get(name, default) if isinstance(data, Mapping) else ""
    return value.strip() if isinstance(value, str) else ""
