"""What the how-to takes for granted of a profile. It is set only if the platform says so; else people are told what to set."""

from __future__ import annotations

from collections.abc import Iterable

from dcr.curity.admin import nodes
from dcr.curity.admin.difference import Because, ConfigurationDiff, Differ, Differences
from dcr.curity.admin.nodes import below, display
from dcr.curity.admin.state import (
    ANONYMOUS_KIND,
    CLIENT_CREDENTIALS,
    TOKEN_KIND,
    CurityState,
    Environment,
    Facilities,
    NamedFacility,
    Profile,
)
from dcr.errors import Problem
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage

_DIFFER = Differ(Stage.CURITY_CONFIGURATION)


def diff_preconditions(profile: Profile, wanted: CuritySpec) -> ConfigurationDiff:
    """Capability, client authentication, metadata and the default issuer's own settings.

    Source: docs/vendors/curity.md, Issuer URL, Default token issuer, Profile capabilities.
    """
    missing = _server_settings(profile) + _default_issuer_settings(profile, wanted)
    if wanted.set_preconditions:
        return ConfigurationDiff(missing)
    return ConfigurationDiff(problems=tuple(_to_be_set(difference.change.path, difference.change.after or "") for difference in missing))


def _to_be_set(path: str, value: str) -> Problem:
    return Problem(path, "is not set", f"Set it to {value!r}, or let this tool do it: curity.set_preconditions of the platform.")


def _server_settings(profile: Profile) -> Differences:
    server = nodes.authorization_server(profile.id)
    everybody = Because(impact=f"all clients of profile {profile.id} may be given it")
    by_secret = Because(impact=f"clients of profile {profile.id} can authenticate by secret again")
    turned_on = "" if profile.openid_connect else "turns OpenID Connect on, and "
    readable = Because(impact=f"{turned_on}makes the profile's metadata readable without login")
    found = None if profile.basic_and_form_post else "false"
    capability = below(server, "client-capabilities", CLIENT_CREDENTIALS)
    return (
        *_DIFFER.flag(capability, CLIENT_CREDENTIALS in profile.capabilities, everybody),
        *(_DIFFER.leaf(below(server, "client-authentication", "basic-and-form-post"), found, "true", by_secret) if found else ()),
        *_DIFFER.flag(below(server, "openid-connect", "expose-metadata"), profile.metadata_exposed, readable),
    )


def _default_issuer_settings(profile: Profile, wanted: CuritySpec) -> Differences:
    """Both leaves are mandatory where they stand: without them Curity refuses, or cannot sign, access tokens as JWT."""
    issuer = below(nodes.profile(profile.id), "token-issuers", "default-token-issuer")
    found = profile.default_issuer
    signing_key = below(issuer, "jwt-issuer-settings", "signing-key-id")
    return (
        *(() if found.data_source else _DIFFER.leaf(below(issuer, "default-data-source"), None, wanted.tokens_data_source)),
        *(() if found.signing_key else _DIFFER.leaf(signing_key, None, wanted.signing_key)),
    )


def missing_references(facilities: Facilities, wanted: CuritySpec) -> tuple[Problem, ...]:
    """Data sources and keys that the platform names and Curity does not have: it would refuse every write that names them."""
    return (
        *_absent(facilities.data_sources, "data-sources/data-source", "curity.tokens_data_source", wanted.tokens_data_source),
        *_absent(facilities.data_sources, "data-sources/data-source", "curity.client_data_source", wanted.client_data_source),
        *_absent(facilities.signing_keys, "crypto/signing-keys/signing-key", "curity.signing_key", wanted.signing_key),
        *_absent(
            facilities.verification_keystores,
            "crypto/signature-verification-keys/signature-verification-key",
            "curity.verification_keystore",
            wanted.verification_keystore,
        ),
    )


def _absent(there: Iterable[NamedFacility], kind: str, setting: str, wanted: str) -> tuple[Problem, ...]:
    ids = [named.id for named in there]
    if wanted in ids:
        return ()
    choice = f"there are {', '.join(ids)}" if ids else "there is none that this admin user may see"
    remedy = f"Create it in Curity, or name another as {setting} of the platform."
    return (Problem(f"curity/facilities/{kind}={wanted}", f"does not exist; {choice}", remedy),)


def undeployed(profile: Profile, environment: Environment) -> tuple[Problem, ...]:
    """Endpoints without which nobody gets metadata or tokens, whatever is configured.

    Source: docs/vendors/curity.md, Issuer URL, Metadata.
    """
    missing = [kind for kind in (ANONYMOUS_KIND, TOKEN_KIND) if not any(map(environment.deploys, profile.endpoints_of(kind)))]
    endpoints = display(below(nodes.profile(profile.id), "endpoints"))
    remedy = "Deploy one: endpoints of a service role in Curity."
    return tuple(Problem(endpoints, f"no enabled service role has an endpoint of kind {kind}", remedy) for kind in missing)


def absent_profile(state: CurityState, wanted: CuritySpec) -> Problem:
    """What to tell if the profile is not there."""
    others = ", ".join(state.other_profiles)
    choice = f"the token service profiles are {others}" if others else "this admin user sees no token service profile at all"
    remedy = "Name one as curity.profile of the platform, or let the admin user read it."
    return Problem(display(nodes.profile(wanted.profile)), f"does not exist; {choice}", remedy)
