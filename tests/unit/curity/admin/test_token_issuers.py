"""Access tokens as JWT, and the custom issuer for user info."""

from __future__ import annotations

import pytest

from dcr.curity.admin.state import ConfigClient, CustomTokenIssuer, DefaultTokenIssuer, Profile
from dcr.curity.admin.token_issuers import diff_token_issuers
from tests.unit.curity.admin.wanted import wanted

DATA_SOURCE, SIGNING, VERIFICATION = "default-datasource", "default-signing-key", "default-signature-verification-key"
AS_JWT = DefaultTokenIssuer(True, DATA_SOURCE, SIGNING)
COMPLETE = CustomTokenIssuer("userinfo", "jwt", "userinfo", DATA_SOURCE, SIGNING, VERIFICATION)

HERE = "curity/profile=token-service/token-issuers"
CUSTOM = f"{HERE}/custom-token-issuer=userinfo"


def test_a_fresh_profile_gets_both_issuers() -> None:
    changes = diff_token_issuers(Profile("token-service"), wanted()).changes

    assert {change.path: change.after for change in changes} == {
        f"{HERE}/default-token-issuer/access-token-as-jwt": "on",
        f"{CUSTOM}/data-sources/tokens-data-source-id": DATA_SOURCE,
        f"{CUSTOM}/jwt/signing-key-id": SIGNING,
        f"{CUSTOM}/jwt/verification-keystore-id": VERIFICATION,
    }
    assert {change.before for change in changes} == {None}
    assert not any(change.conflict for change in changes)


@pytest.mark.parametrize("purpose", ["userinfo", "user-info"])
def test_issuers_as_the_how_to_wants_them_stay(purpose: str) -> None:
    """The purpose may have a second spelling, so the entries are read and not asked for by key."""
    there = CustomTokenIssuer("userinfo", "jwt", purpose, DATA_SOURCE, SIGNING, VERIFICATION)

    assert diff_token_issuers(Profile("token-service", default_issuer=AS_JWT, custom_issuers=(there,)), wanted()).changes == ()


def test_other_issuers_are_not_ours_to_change() -> None:
    other = CustomTokenIssuer("access", "jwt", "access_token", "their-datasource", "their-key")

    changes = diff_token_issuers(Profile("token-service", default_issuer=AS_JWT, custom_issuers=(other, COMPLETE)), wanted()).changes

    assert changes == ()


def test_a_value_that_someone_chose_is_a_conflict_and_a_missing_one_is_not() -> None:
    there = CustomTokenIssuer("userinfo", "jwt", "userinfo", "their-datasource", SIGNING, None)

    changes = diff_token_issuers(Profile("token-service", default_issuer=AS_JWT, custom_issuers=(there,)), wanted()).changes

    assert {change.path: (change.before, bool(change.conflict)) for change in changes} == {
        f"{CUSTOM}/data-sources/tokens-data-source-id": ("their-datasource", True),
        f"{CUSTOM}/jwt/verification-keystore-id": (None, False),
    }


@pytest.mark.parametrize(("issuer_type", "purpose"), [("opaque", "access_token"), ("jwt", "access_token"), ("opaque", "userinfo")])
def test_an_issuer_of_our_id_and_another_sort_is_a_problem_that_no_overwriting_solves(issuer_type: str, purpose: str) -> None:
    """Type and purpose are keys: a merge would add a second entry of an id that is unique."""
    there = CustomTokenIssuer("userinfo", issuer_type, purpose)

    diff = diff_token_issuers(Profile("token-service", default_issuer=AS_JWT, custom_issuers=(there,)), wanted())

    assert diff.differences == ()
    assert [str(problem) for problem in diff.problems] == [
        f"{CUSTOM}: is of type {issuer_type} and purpose {purpose}, not jwt and userinfo. "
        "Name another id as curity.token_issuer of the platform."
    ]


@pytest.mark.parametrize(
    ("clients", "said"),
    [
        ((), "0 other clients of profile token-service, and all registered dynamically, get JWTs instead of opaque access tokens"),
        (("konnect-dcr",), "0 other clients of profile token-service, and all registered dynamically"),
        (("konnect-dcr", "spa"), "1 other client of profile token-service (spa), and all registered dynamically"),
        (("a", "b"), "2 other clients of profile token-service (a, b), and all"),
        (tuple("abcdefghijkl"), "12 other clients of profile token-service (a, b, c, d, e, f, g, h, i, j and 2 more), and all"),
    ],
)
def test_the_switch_to_jwt_says_whose_tokens_change(clients: tuple[str, ...], said: str) -> None:
    profile = Profile("token-service", clients=tuple(map(ConfigClient, clients)), custom_issuers=(COMPLETE,))

    (change,) = diff_token_issuers(profile, wanted()).changes

    assert change.impact.startswith(said)
