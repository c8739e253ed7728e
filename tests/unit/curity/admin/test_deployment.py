"""The registration endpoint and the service roles that deploy it."""

from __future__ import annotations

import pytest

from dcr.curity.admin.deployment import diff_deployment
from dcr.curity.admin.state import REGISTRATION_KIND, Endpoint, Environment, Profile, ServiceRole
from dcr.model.platform import CuritySpec
from tests.unit.curity.admin.wanted import wanted

DEFAULT_ID = "token-service-dynamic-client-registration"
ENDPOINT = f"curity/profile=token-service/endpoints/endpoint={DEFAULT_ID}"
THEIRS = Endpoint("register", "/register", REGISTRATION_KIND)


def profile(*endpoints: Endpoint, in_metadata: str | None = None) -> Profile:
    return Profile("token-service", endpoints=endpoints, registration_endpoint_in_metadata=in_metadata)


def roles(*service_roles: ServiceRole) -> Environment:
    return Environment("https://curity.example", service_roles or (ServiceRole("default"),))


def test_a_profile_without_the_endpoint_gets_the_one_that_the_wizard_makes() -> None:
    diff = diff_deployment(profile(), roles(), wanted())

    assert {change.path: change.after for change in diff.changes} == {
        f"{ENDPOINT}/uri": "/token-service/oauth-registration",
        f"{ENDPOINT}/endpoint-kind": REGISTRATION_KIND,
        "curity/service-role=default/endpoints": DEFAULT_ID,
    }
    assert not any(change.conflict for change in diff.changes)


def test_the_platform_may_name_id_and_path() -> None:
    platform = wanted(registration_endpoint_id="dcr", registration_endpoint_uri="/dcr")

    changes = diff_deployment(profile(), roles(), platform).changes

    assert [change.after for change in changes] == ["/dcr", REGISTRATION_KIND, "dcr"]


@pytest.mark.parametrize("platform", [wanted(), wanted(registration_endpoint_id="dcr")], ids=["unnamed", "another one is named"])
def test_an_endpoint_that_is_there_is_used_and_never_a_second_made(platform: CuritySpec) -> None:
    (change,) = diff_deployment(profile(THEIRS), roles(), platform).changes

    assert (change.path, change.after) == ("curity/service-role=default/endpoints", "register")


def test_nothing_is_left_to_do_where_it_is_deployed_everywhere() -> None:
    everywhere = roles(ServiceRole("a", True, ("register", "x")), ServiceRole("b", True, ("register",)))

    assert diff_deployment(profile(THEIRS), everywhere, wanted()).changes == ()


THREE_ROLES = (ServiceRole("a"), ServiceRole("b", True, ("register",)), ServiceRole("off", False))


@pytest.mark.parametrize(
    ("named", "deployed"),
    [((), ["a"]), (("a",), ["a"]), (("b",), []), (("a", "b"), ["a"])],
    ids=["all enabled ones", "one", "one that has it", "two of which one has it"],
)
def test_it_is_deployed_on_the_chosen_roles_and_on_no_disabled_one(named: tuple[str, ...], deployed: list[str]) -> None:
    diff = diff_deployment(profile(THEIRS), roles(*THREE_ROLES), wanted(service_roles=named))

    assert [change.path for change in diff.changes] == [f"curity/service-role={role}/endpoints" for role in deployed]
    assert diff.problems == ()


def test_a_role_that_is_named_and_cannot_deploy_is_a_problem() -> None:
    diff = diff_deployment(profile(THEIRS), roles(*THREE_ROLES), wanted(service_roles=("off", "nowhere", "b")))

    assert [f"{problem.field} {problem.fault}" for problem in diff.problems] == [
        "curity/service-role=off is disabled",
        "curity/service-role=nowhere does not exist",
    ]
    assert "enabled are a, b" in diff.problems[0].remedy


def test_no_enabled_role_at_all_is_a_problem() -> None:
    (problem,) = diff_deployment(profile(THEIRS), roles(ServiceRole("off", False)), wanted()).problems

    assert problem.field == "curity/service-role"


SEVERAL = (THEIRS, Endpoint("partners", "/partners", REGISTRATION_KIND))


@pytest.mark.parametrize(
    ("in_metadata", "platform", "used"),
    [
        ("partners", wanted(), "partners"),
        (None, wanted(registration_endpoint_id="partners"), "partners"),
        ("register", wanted(registration_endpoint_id="partners"), "register"),
    ],
    ids=["the metadata shows one", "the platform names one", "they disagree: the metadata is what Konnect reads"],
)
def test_of_several_the_one_that_is_shown_or_named_is_used(in_metadata: str | None, platform: CuritySpec, used: str) -> None:
    diff = diff_deployment(profile(*SEVERAL, in_metadata=in_metadata), roles(), platform)

    assert [change.after for change in diff.changes] == [used]
    assert diff.problems == ()


def test_several_of_which_none_is_named_are_a_problem() -> None:
    (problem,) = diff_deployment(profile(*SEVERAL), roles(), wanted()).problems

    assert "register, partners" in problem.fault


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (Endpoint(DEFAULT_ID, "/x", "oauth-token"), "has the id we need, and is of kind oauth-token"),
        (Endpoint("x", "/token-service/oauth-registration", "oauth-token"), "has the uri we need, and is of kind oauth-token"),
    ],
    ids=["id", "uri"],
)
def test_an_id_or_path_that_is_taken_is_a_problem(other: Endpoint, fault: str) -> None:
    (problem,) = diff_deployment(profile(other), roles(), wanted()).problems

    assert problem.fault == fault


def test_an_endpoint_that_requires_a_client_certificate_is_a_problem() -> None:
    (problem,) = diff_deployment(profile(Endpoint("r", "/r", REGISTRATION_KIND, "require")), roles(), wanted()).problems

    assert "client certificate" in problem.fault
