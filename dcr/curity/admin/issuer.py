"""The issuer of a profile: the platform's word, or what Curity's configuration yields."""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.nodes import display
from dcr.curity.admin.state import ANONYMOUS_KIND, CurityState, Profile
from dcr.errors import Problem
from dcr.model.platform import CuritySpec

PLACEHOLDER = "#{"  # of a value that a file leaves to the environment (docs/vendors/curity.md, Parameters)


def issuer_of(state: CurityState, wanted: CuritySpec) -> str | Problem:
    """The address below which `/.well-known/openid-configuration` is asked for.

    Source: docs/vendors/curity.md, Issuer URL.
    """
    if wanted.issuer:
        return wanted.issuer
    profile = state.profile
    if profile is None:
        return _unknown(wanted, "the profile is not there to yield an issuer")
    if profile.issuer_override:
        return profile.issuer_override
    base_url = state.environment.base_url
    if not base_url or PLACEHOLDER in base_url:
        return _unknown(wanted, "Curity's environment has no base-url to make an issuer of")
    return _at_anonymous_endpoint(state, profile, base_url, wanted)


def _at_anonymous_endpoint(state: CurityState, profile: Profile, base_url: str, wanted: CuritySpec) -> str | Problem:
    there = profile.endpoints_of(ANONYMOUS_KIND)
    deployed = [endpoint for endpoint in there if state.environment.deploys(endpoint)]
    if len(deployed) != 1:
        return _unknown(wanted, f"{len(deployed)} deployed endpoints of kind {ANONYMOUS_KIND} yield no single issuer")
    return base_url.rstrip("/") + deployed[0].uri


def _unknown(wanted: CuritySpec, fault: str) -> Problem:
    return Problem(f"{display(nodes.profile(wanted.profile))}/issuer", fault, "Name it as curity.issuer of the platform.")
