"""The how-to's "Configure token issuer": access tokens as JWT, and the custom issuer for user info."""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.difference import Because, ConfigurationDiff, Differ, Differences
from dcr.curity.admin.nodes import below, display
from dcr.curity.admin.state import CustomTokenIssuer, Profile
from dcr.errors import Problem
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage

ISSUER_TYPE = "jwt"
PURPOSE_TYPE = "userinfo"
MOST_NAMES = 10  # of clients, in one line of a plan

_DIFFER = Differ(Stage.CURITY_CONFIGURATION)


def diff_token_issuers(profile: Profile, wanted: CuritySpec) -> ConfigurationDiff:
    """Compare both issuers with the how-to's and the platform's.

    Source: docs/vendors/curity.md, Default token issuer, Custom token issuers.
    """
    default = below(nodes.profile(profile.id), "token-issuers", "default-token-issuer", "access-token-as-jwt")
    as_jwt = _DIFFER.flag(default, profile.default_issuer.access_token_as_jwt, Because(impact=_who_gets_jwts(profile, wanted)))
    return ConfigurationDiff(as_jwt) + _diff_custom(profile, wanted)


def _who_gets_jwts(profile: Profile, wanted: CuritySpec) -> str:
    others = [client.id for client in profile.clients if client.id != wanted.initial_client.id]
    more = f" and {len(others) - MOST_NAMES} more" if len(others) > MOST_NAMES else ""
    named = f" ({', '.join(others[:MOST_NAMES])}{more})" if others else ""
    count = f"{len(others)} other client{'' if len(others) == 1 else 's'} of profile {profile.id}{named}"
    return f"{count}, and all registered dynamically, get JWTs instead of opaque access tokens"


def _diff_custom(profile: Profile, wanted: CuritySpec) -> ConfigurationDiff:
    """An id is unique in its profile, so an issuer of our id is compared, or stands in our way if it is of another sort."""
    found = next((issuer for issuer in profile.custom_issuers if issuer.id == wanted.token_issuer), None)
    if found and not _same_sort(found):
        path = display(nodes.custom_token_issuer(profile.id, found.id, found.issuer_type, found.purpose_type))
        fault = f"is of type {found.issuer_type} and purpose {found.purpose_type}, not {ISSUER_TYPE} and {PURPOSE_TYPE}"
        return ConfigurationDiff(problems=(Problem(path, fault, "Name another id as curity.token_issuer of the platform."),))
    return ConfigurationDiff(_leaves(profile, found or CustomTokenIssuer(wanted.token_issuer, ISSUER_TYPE, PURPOSE_TYPE), wanted))


def _same_sort(issuer: CustomTokenIssuer) -> bool:
    # `user-info` may be a second spelling of the same purpose (docs/vendors/curity.md, Custom token issuers).
    return issuer.issuer_type == ISSUER_TYPE and issuer.purpose_type.replace("-", "") == PURPOSE_TYPE


def _leaves(profile: Profile, found: CustomTokenIssuer, wanted: CuritySpec) -> Differences:
    issuer = nodes.custom_token_issuer(profile.id, found.id, found.issuer_type, found.purpose_type)
    return (
        *_leaf(below(issuer, "data-sources", "tokens-data-source-id"), found.data_source, wanted.tokens_data_source),
        *_leaf(below(issuer, "jwt", "signing-key-id"), found.signing_key, wanted.signing_key),
        *_leaf(below(issuer, "jwt", "verification-keystore-id"), found.verification_keystore, wanted.verification_keystore),
    )


def _leaf(path: nodes.Path, found: str | None, wanted: str) -> Differences:
    """A value that someone chose is theirs: clients that name this issuer rely on it, and nothing marks it as ours."""
    chosen = Because(conflict=f"{found!r} was chosen here; clients that name this issuer rely on it") if found else Because()
    return _DIFFER.leaf(path, found, wanted, chosen)
