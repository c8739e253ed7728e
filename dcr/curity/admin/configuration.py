"""All that the stage "curity configuration" wants of a profile, as one diff and so as one write."""

from __future__ import annotations

from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.initial_client import VersionedSecret, diff_initial_client
from dcr.curity.admin.preconditions import absent_profile, diff_preconditions, missing_references, undeployed
from dcr.curity.admin.state import CurityState
from dcr.curity.admin.token_issuers import diff_token_issuers
from dcr.model.platform import CuritySpec


def diff_configuration(state: CurityState, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:
    """Preconditions, token issuers and the initial client, in the order in which they need each other.

    Args:
        secret: the initial client's, from Vault; None if it will only be generated.
    """
    profile = state.profile
    if profile is None:
        return ConfigurationDiff(problems=(absent_profile(state, wanted),))
    return (
        ConfigurationDiff(problems=missing_references(state.facilities, wanted) + undeployed(profile, state.environment))
        + diff_preconditions(profile, wanted)
        + diff_token_issuers(profile, wanted)
        + diff_initial_client(profile, wanted, secret)
    )
