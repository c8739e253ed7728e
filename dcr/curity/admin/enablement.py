"""The how-to's "Enable Dynamic Client Registration": the container, and with `deployment` the whole stage.

Whoever switched registration on before us chose its scopes, authenticators and further capabilities: these choices are kept, and
only what our registrations need is added. What would take something away from others is a conflict.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.deployment import diff_deployment
from dcr.curity.admin.difference import Because, ConfigurationDiff, Differ, Differences
from dcr.curity.admin.nodes import Path, below, display
from dcr.curity.admin.state import CLIENT_CREDENTIALS, CurityState, DynamicRegistration, NonTemplatized, Profile
from dcr.errors import Problem
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage

_DIFFER = Differ(Stage.DCR_ENABLEMENT)


def diff_enablement(state: CurityState, wanted: CuritySpec) -> ConfigurationDiff:
    """Compare registration, its endpoint and where that is deployed. Nothing, if the profile is not there: another diff tells."""
    profile = state.profile
    if profile is None:
        return ConfigurationDiff()
    return diff_registration(profile, wanted) + diff_deployment(profile, state.environment, wanted)


def diff_registration(profile: Profile, wanted: CuritySpec) -> ConfigurationDiff:
    """Compare the profile's registration container with the how-to's.

    Source: docs/vendors/curity.md, DCR settings.
    """
    path = below(nodes.authorization_server(profile.id), "dynamic-client-registration")
    found = profile.registration or DynamicRegistration()
    settings = found.non_templatized or NonTemplatized()
    inner = below(path, "non-templatized")
    because = Because(impact="registration is on already: this holds for all clients that register") if profile.registration else Because()
    return (
        ConfigurationDiff(_data_source(path, found, wanted))
        + _diff_capabilities(below(inner, "capabilities"), profile, settings, wanted, because)
        + ConfigurationDiff((*_choices(inner, settings, because), *_registrants(inner, settings, wanted)))
        + ConfigurationDiff(_DIFFER.flag(below(path, "client-management"), found.client_management, because))
    )


def _data_source(path: Path, found: DynamicRegistration, wanted: CuritySpec) -> Differences:
    theirs = f"clients registered so far are kept in {found.client_data_source} and would not be found any more"
    because = Because(conflict=theirs) if found.client_data_source else Because()
    return _DIFFER.leaf(below(path, "client-data-source"), found.client_data_source, wanted.client_data_source, because)


def _diff_capabilities(path: Path, profile: Profile, settings: NonTemplatized, wanted: CuritySpec, because: Because) -> ConfigurationDiff:
    """The platform's wish within what the profile has enabled: a capability it lacks cannot be given to clients."""
    enabled = profile.capabilities | ({CLIENT_CREDENTIALS} if wanted.set_preconditions else set())
    possible = [wish.value for wish in wanted.capabilities if wish.value in enabled]
    left_out = tuple(wish.value for wish in wanted.capabilities if wish.value not in enabled)
    warnings = tuple(f"{display(path)}: {wish} is left out, since profile {profile.id} has it off" for wish in left_out)
    if not possible:
        remedy = f"Enable one in Curity below {display(nodes.authorization_server(profile.id))}/client-capabilities."
        return ConfigurationDiff(
            problems=(Problem(display(path), "the profile has none of the capabilities that the platform wishes enabled", remedy),)
        )
    flags = (_DIFFER.flag(below(path, capability), capability in settings.capabilities, because) for capability in possible)
    return ConfigurationDiff(tuple(difference for flag in flags for difference in flag), warnings=warnings)


def _choices(path: Path, settings: NonTemplatized, because: Because) -> Differences:
    """`all` where nobody has chosen; a list that someone chose stays."""
    by_secret = "secret" in settings.client_authentication_methods
    return (
        *_DIFFER.flag(below(path, "scopes", "all"), bool(settings.scopes), because),
        *_DIFFER.flag(below(path, "authenticators", "all"), bool(settings.authenticators), because),
        *_DIFFER.flag(below(path, "client-authentication-method", "secret"), by_secret, because),
    )


def _registrants(path: Path, settings: NonTemplatized, wanted: CuritySpec) -> Differences:
    """How registrants authenticate is a choice: a merge would replace another case of it without a word."""
    ours, other = wanted.initial_client.id, settings.other_registrant
    if not other:
        return _DIFFER.member(below(path, "authenticate-client-by"), settings.authenticate_client_by, ours)
    locked_out = Because(conflict=f"registrants authenticate by {other} here, and would be locked out")
    return _DIFFER.chosen(below(path, "authenticate-client-by"), other, ours, locked_out)
