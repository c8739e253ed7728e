"""What a profile must have before the how-to begins: set if the platform allows it, told if not."""

from __future__ import annotations

import pytest

from dcr.curity.admin.configuration import diff_configuration
from dcr.curity.admin.preconditions import diff_preconditions, missing_references, undeployed
from dcr.curity.admin.state import CurityState, DefaultTokenIssuer, Endpoint, Environment, Facilities, NamedFacility, Profile, ServiceRole
from tests.unit.curity.admin.wanted import wanted

ISSUER = DefaultTokenIssuer(data_source="default-datasource", signing_key="default-signing-key")
READY = frozenset({"client-credentials"})
HERE = "curity/profile=token-service"

TABLE = [
    ("all is there", Profile("token-service", None, ISSUER, (), READY, True, True, True), {}),
    ("the capability is off", Profile("token-service", None, ISSUER, (), frozenset({"code"}), True, True, True), {
        f"{HERE}/client-capabilities/client-credentials": "on",
    }),
    ("clients may not authenticate by secret", Profile("token-service", None, ISSUER, (), READY, False, True, True), {
        f"{HERE}/client-authentication/basic-and-form-post": "true",
    }),
    ("the metadata is not exposed", Profile("token-service", None, ISSUER, (), READY, True, True, False), {
        f"{HERE}/openid-connect/expose-metadata": "on",
    }),
    ("there is no default issuer", Profile("token-service", None, DefaultTokenIssuer(), (), READY, True, True, True), {
        f"{HERE}/token-issuers/default-token-issuer/default-data-source": "default-datasource",
        f"{HERE}/token-issuers/default-token-issuer/jwt-issuer-settings/signing-key-id": "default-signing-key",
    }),
]  # fmt: skip
IDS = [reason for reason, _, _ in TABLE]


@pytest.mark.parametrize(("reason", "profile", "missing"), TABLE, ids=IDS)
def test_what_is_missing_is_set_if_the_platform_allows_it(reason: str, profile: Profile, missing: dict[str, str]) -> None:
    diff = diff_preconditions(profile, wanted(set_preconditions=True))

    assert {change.path: change.after for change in diff.changes} == missing
    assert diff.problems == ()


@pytest.mark.parametrize(("reason", "profile", "missing"), TABLE, ids=IDS)
def test_what_is_missing_is_a_problem_if_not(reason: str, profile: Profile, missing: dict[str, str]) -> None:
    diff = diff_preconditions(profile, wanted())

    assert diff.changes == ()
    assert [problem.field for problem in diff.problems] == list(missing)
    assert all("curity.set_preconditions" in problem.remedy for problem in diff.problems)


@pytest.mark.parametrize(("openid_connect", "said"), [(False, "turns OpenID Connect on, and makes"), (True, "makes")])
def test_exposing_metadata_says_what_it_turns_on(openid_connect: bool, said: str) -> None:
    profile = Profile("token-service", None, ISSUER, (), READY, True, openid_connect, False)

    (change,) = diff_preconditions(profile, wanted(set_preconditions=True)).changes

    assert change.impact == f"{said} the profile's metadata readable without login"


def test_each_missing_reference_is_told_with_what_there_is() -> None:
    facilities = Facilities(
        data_sources=(NamedFacility("main"), NamedFacility("audit")), signing_keys=(NamedFacility("default-signing-key"),)
    )

    problems = missing_references(facilities, wanted(tokens_data_source="main", client_data_source="clients"))

    assert [str(problem) for problem in problems] == [
        "curity/facilities/data-sources/data-source=clients: does not exist; there are main, audit. "
        "Create it in Curity, or name another as curity.client_data_source of the platform.",
        "curity/facilities/crypto/signature-verification-keys/signature-verification-key=default-signature-verification-key: "
        "does not exist; there is none that this admin user may see. "
        "Create it in Curity, or name another as curity.verification_keystore of the platform.",
    ]


ANONYMOUS = Endpoint("anonymous", "/oauth/v2/oauth-anonymous", "oauth-anonymous")
TOKEN = Endpoint("token", "/oauth/v2/oauth-token", "oauth-token")


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        ((ServiceRole("default", True, ("anonymous", "token")),), []),
        ((ServiceRole("a", True, ("anonymous",)), ServiceRole("b", True, ("token",))), []),
        ((ServiceRole("default", True, ("token",)),), ["oauth-anonymous"]),
        ((ServiceRole("default", False, ("anonymous", "token")),), ["oauth-anonymous", "oauth-token"]),
        ((), ["oauth-anonymous", "oauth-token"]),
    ],
    ids=["on one role", "on two roles", "one is not deployed", "the role is disabled", "there is no role"],
)
def test_endpoints_that_nobody_deploys_are_told(roles: tuple[ServiceRole, ...], missing: list[str]) -> None:
    problems = undeployed(Profile("token-service", endpoints=(ANONYMOUS, TOKEN)), Environment(service_roles=roles))

    assert [problem.fault.rpartition(" ")[2] for problem in problems] == missing


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (("oauth", "tokens"), "does not exist; the token service profiles are oauth, tokens"),
        ((), "does not exist; this admin user sees no token service profile at all"),
    ],
)
def test_an_absent_profile_is_told_with_the_ones_there_are(others: tuple[str, ...], said: str) -> None:
    diff = diff_configuration(CurityState(None, other_profiles=others), wanted(), None)

    (problem,) = diff.problems
    assert (problem.field, problem.fault) == (HERE, said)
