"""The registration endpoint and the service roles that deploy it: the how-to's "select the desired nodes"."""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.difference import ConfigurationDiff, Differ
from dcr.curity.admin.nodes import below, display
from dcr.curity.admin.state import REGISTRATION_KIND, Endpoint, Environment, Profile, ServiceRole
from dcr.errors import Problem
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage

_DIFFER = Differ(Stage.DCR_ENABLEMENT)


def diff_deployment(profile: Profile, environment: Environment, wanted: CuritySpec) -> ConfigurationDiff:
    """Compare the endpoint, and which service roles deploy it.

    Source: docs/vendors/curity.md, Endpoints and service roles.
    """
    chosen = registration_endpoint(profile, wanted)
    return _diff_endpoint(profile, wanted, chosen) + _diff_roles(environment, wanted, chosen or new_endpoint(wanted))


def registration_endpoint(profile: Profile, wanted: CuritySpec) -> Endpoint | None:
    """The endpoint of the kind that the profile has already; a second one would break the metadata.

    Source: docs/vendors/curity.md, Issuer URL.

    Of several, the one that the metadata shows, else the one that the platform names.
    """
    there = profile.endpoints_of(REGISTRATION_KIND)
    named = (profile.registration_endpoint_in_metadata, wanted.registration_endpoint_id)
    candidates = [endpoint for name in named for endpoint in there if endpoint.id == name]
    return next(iter(candidates or there), None)


def new_endpoint(wanted: CuritySpec) -> Endpoint:
    """As the wizard of Curity's admin UI makes it."""
    return Endpoint(
        id=wanted.registration_endpoint_id or f"{wanted.profile}-dynamic-client-registration",
        uri=wanted.registration_endpoint_uri or f"/{wanted.profile}/oauth-registration",
        kind=REGISTRATION_KIND,
    )


def _diff_endpoint(profile: Profile, wanted: CuritySpec, chosen: Endpoint | None) -> ConfigurationDiff:
    if chosen:
        return ConfigurationDiff(problems=_unusable(profile, wanted, chosen))
    new = new_endpoint(wanted)
    path = nodes.endpoint(profile.id, new.id)
    differences = (*_DIFFER.leaf(below(path, "uri"), None, new.uri), *_DIFFER.leaf(below(path, "endpoint-kind"), None, new.kind))
    return ConfigurationDiff(differences, _taken(profile, new))


def _unusable(profile: Profile, wanted: CuritySpec, chosen: Endpoint) -> tuple[Problem, ...]:
    path, there = display(nodes.endpoint(profile.id, chosen.id)), profile.endpoints_of(REGISTRATION_KIND)
    problems = []
    if len(there) > 1 and chosen.id not in (profile.registration_endpoint_in_metadata, wanted.registration_endpoint_id):
        fault = f"is one of {len(there)} registration endpoints: {', '.join(endpoint.id for endpoint in there)}"
        problems.append(Problem(path, fault, "Name the one to use as curity.registration_endpoint_id of the platform."))
    if chosen.client_certificate == "require":
        remedy = "Set its client-authentication to allow or disallow."
        problems.append(Problem(path, "requires a client certificate, which Konnect does not send", remedy))
    return tuple(problems)


def _taken(profile: Profile, new: Endpoint) -> tuple[Problem, ...]:
    remedy = "Name another as curity.registration_endpoint_{} of the platform."
    return tuple(
        Problem(display(nodes.endpoint(profile.id, other.id)), f"has the {what} we need, and is of kind {other.kind}", remedy.format(what))
        for other in profile.endpoints
        for what, ours, theirs in (("id", new.id, other.id), ("uri", new.uri, other.uri))
        if ours == theirs
    )


def _diff_roles(environment: Environment, wanted: CuritySpec, endpoint: Endpoint) -> ConfigurationDiff:
    roles = [role for role in environment.service_roles if role.enabled and (not wanted.service_roles or role.id in wanted.service_roles)]
    changes = (_DIFFER.member(below(nodes.service_role(role.id), "endpoints"), role.endpoints, endpoint.id) for role in roles)
    return ConfigurationDiff(
        tuple(difference for change in changes for difference in change), _bad_roles(environment.service_roles, wanted)
    )


def _bad_roles(there: tuple[ServiceRole, ...], wanted: CuritySpec) -> tuple[Problem, ...]:
    enabled = [role.id for role in there if role.enabled]
    disabled = [role.id for role in there if not role.enabled]
    choice = f"enabled are {', '.join(enabled)}" if enabled else "no service role is enabled"
    remedy = f"Change curity.service_roles of the platform: {choice}."
    if not enabled and not wanted.service_roles:
        return (Problem("curity/service-role", "none is enabled, or none may be seen by this admin user", "Enable one in Curity."),)
    return tuple(
        Problem(display(nodes.service_role(name)), "is disabled" if name in disabled else "does not exist", remedy)
        for name in wanted.service_roles
        if name not in enabled
    )
