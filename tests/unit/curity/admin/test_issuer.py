"""Which issuer the metadata is asked of."""

from __future__ import annotations

import pytest

from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState, Endpoint, Environment, Profile, ServiceRole
from dcr.errors import Problem
from tests.unit.curity.admin.wanted import wanted

ANONYMOUS = Endpoint("anonymous", "/oauth/v2/oauth-anonymous", "oauth-anonymous")
SECOND = Endpoint("second", "/second", "oauth-anonymous")


def state(
    base_url: str | None = "https://id.example", override: str | None = None, deployed: tuple[str, ...] = ("anonymous",)
) -> CurityState:
    profile = Profile("token-service", override, endpoints=(ANONYMOUS, SECOND))
    return CurityState(profile, Environment(base_url, (ServiceRole("default", True, deployed),)))


@pytest.mark.parametrize("base_url", ["https://id.example", "https://id.example/"])
def test_it_is_the_base_url_and_the_path_of_the_anonymous_endpoint_that_is_deployed(base_url: str) -> None:
    assert issuer_of(state(base_url), wanted()) == "https://id.example/oauth/v2/oauth-anonymous"


def test_an_override_in_the_profile_comes_before_that() -> None:
    assert issuer_of(state(override="https://id.example/~"), wanted()) == "https://id.example/~"


def test_the_platforms_word_comes_before_all() -> None:
    assert issuer_of(CurityState(None), wanted(issuer="https://public.example/oauth")) == "https://public.example/oauth"


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (CurityState(None), "the profile is not there"),
        (state(base_url=None), "has no base-url"),
        (state(base_url="#{RUNTIME_BASE_URL}"), "has no base-url"),
        (state(deployed=()), "0 deployed endpoints"),
        (state(deployed=("anonymous", "second")), "2 deployed endpoints"),
    ],
    ids=["no profile", "no base-url", "a base-url that was left to the environment", "nothing deployed", "two deployed"],
)
def test_what_yields_no_single_issuer_is_a_problem_that_the_platform_can_solve(found: CurityState, fault: str) -> None:
    issuer = issuer_of(found, wanted())

    assert isinstance(issuer, Problem)
    assert fault in issuer.fault
    assert "curity.issuer" in issuer.remedy
