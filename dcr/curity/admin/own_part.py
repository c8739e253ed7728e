"""Curity's configuration with our own part taken out: what the other files of a house hold, as far as can be told."""

from __future__ import annotations

from dataclasses import replace

from dcr.curity.admin.deployment import new_endpoint, registration_endpoint
from dcr.curity.admin.state import (
    ANONYMOUS_KIND,
    CLIENT_CREDENTIALS,
    TOKEN_KIND,
    ConfigClient,
    CurityState,
    CustomTokenIssuer,
    DefaultTokenIssuer,
    DynamicRegistration,
    Endpoint,
    Environment,
    Facilities,
    NamedFacility,
    NonTemplatized,
    Profile,
    ServiceRole,
)
from dcr.model.platform import CuritySpec

EVERYTHING = frozenset({"all"})  # what we choose where nobody has chosen


def without_ours(state: CurityState, wanted: CuritySpec) -> CurityState:
    """Take out what the platform asks for, so that a diff finds all of it missing and nothing else changed."""
    profile = state.profile
    if profile is None:
        return state
    deployed = (registration_endpoint(profile, wanted) or new_endpoint(wanted)).id
    roles = tuple(
        replace(role, endpoints=tuple(endpoint for endpoint in role.endpoints if endpoint != deployed))
        for role in state.environment.service_roles
    )
    return replace(state, profile=_profile(profile, wanted), environment=replace(state.environment, service_roles=roles))


def assumed_state(wanted: CuritySpec) -> CurityState:
    """What a configuration that cannot be read must hold for the platform to make sense."""
    missing = {CLIENT_CREDENTIALS} if wanted.set_preconditions else set()
    endpoints = tuple(Endpoint(id=kind, kind=kind) for kind in (ANONYMOUS_KIND, TOKEN_KIND))
    profile = Profile(
        id=wanted.profile,
        default_issuer=DefaultTokenIssuer(False, wanted.tokens_data_source, wanted.signing_key),
        capabilities=frozenset({CLIENT_CREDENTIALS, *(wish.value for wish in wanted.capabilities)} - missing),
        openid_connect=True,
        metadata_exposed=not wanted.set_preconditions,
        endpoints=endpoints,
    )
    roles = tuple(ServiceRole(id=role, endpoints=tuple(one.id for one in endpoints)) for role in wanted.service_roles or ("*",))
    return CurityState(profile, Environment(None, roles), _facilities(wanted))


def _facilities(wanted: CuritySpec) -> Facilities:
    return Facilities(
        (NamedFacility(wanted.tokens_data_source), NamedFacility(wanted.client_data_source)),
        (NamedFacility(wanted.signing_key),),
        (NamedFacility(wanted.verification_keystore),),
    )


def _profile(profile: Profile, wanted: CuritySpec) -> Profile:
    ours = new_endpoint(wanted)
    set_by_us = frozenset({CLIENT_CREDENTIALS}) if wanted.set_preconditions else frozenset()
    return replace(
        profile,
        default_issuer=replace(profile.default_issuer, access_token_as_jwt=False),
        custom_issuers=tuple(_custom_issuer(issuer, wanted) for issuer in profile.custom_issuers),
        capabilities=profile.capabilities - set_by_us,
        metadata_exposed=profile.metadata_exposed and not wanted.set_preconditions,
        clients=tuple(client for client in profile.clients if not _is_ours(client, wanted)),
        registration=_registration(profile.registration, wanted),
        endpoints=tuple(one for one in profile.endpoints if (one.id, one.uri, one.kind) != (ours.id, ours.uri, ours.kind)),
    )


def _custom_issuer(found: CustomTokenIssuer, wanted: CuritySpec) -> CustomTokenIssuer:
    """Its keys stay: a purpose may be spelled in two ways (docs/vendors/curity.md, Custom token issuers)."""
    return CustomTokenIssuer(found.id, found.issuer_type, found.purpose_type) if found.id == wanted.token_issuer else found


def _is_ours(client: ConfigClient, wanted: CuritySpec) -> bool:
    return client.id == wanted.initial_client.id


def _registration(found: DynamicRegistration | None, wanted: CuritySpec) -> DynamicRegistration | None:
    """A list that someone chose is theirs; `all` would be the other case of the same choice."""
    if found is None or found.non_templatized is None:
        return None
    settings = found.non_templatized
    return DynamicRegistration(
        non_templatized=NonTemplatized(
            scopes=settings.scopes - EVERYTHING,
            authenticators=settings.authenticators - EVERYTHING,
            authenticate_client_by=tuple(one for one in settings.authenticate_client_by if one != wanted.initial_client.id),
        )
    )
