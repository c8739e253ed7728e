"""Dynamic client registration: switched on as the how-to says, or joined where someone has switched it on already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcr.curity.admin.enablement import diff_enablement, diff_registration
from dcr.curity.admin.state import CurityState, DynamicRegistration, NonTemplatized, Profile
from tests.unit.curity.admin.wanted import wanted

OURS = NonTemplatized(
    capabilities=frozenset({"client-credentials"}),
    scopes=frozenset({"all"}),
    authenticators=frozenset({"all"}),
    client_authentication_methods=frozenset({"secret"}),
    authenticate_client_by=("konnect-dcr",),
)
COMPLETE = DynamicRegistration("default-datasource", OURS, client_management=True)
PROFILE = Profile("token-service", capabilities=frozenset({"client-credentials", "code", "implicit"}))

HERE = "curity/profile=token-service/dynamic-client-registration"
INNER = f"{HERE}/non-templatized"
ALL = {
    f"{HERE}/client-data-source": (None, "default-datasource"),
    f"{INNER}/capabilities/client-credentials": (None, "on"),
    f"{INNER}/scopes/all": (None, "on"),
    f"{INNER}/authenticators/all": (None, "on"),
    f"{INNER}/client-authentication-method/secret": (None, "on"),
    f"{INNER}/authenticate-client-by": (None, "konnect-dcr"),
    f"{HERE}/client-management": (None, "on"),
}


def found(**settings: Any) -> DynamicRegistration:
    return replace(COMPLETE, non_templatized=replace(OURS, **settings))


THE_SAME: dict[str, tuple[str | None, str]] = {}
TABLE = [
    ("registration is off", None, ALL),
    ("it is on and empty", DynamicRegistration(), ALL),
    ("it is on for templates only", DynamicRegistration("default-datasource", None, client_management=True), {
        path: change for path, change in ALL.items() if path.startswith(INNER)
    }),
    ("it is as wanted", COMPLETE, THE_SAME),
    ("clients cannot be managed", replace(COMPLETE, client_management=False), {f"{HERE}/client-management": (None, "on")}),
    ("someone limited the scopes: kept", found(scopes=frozenset({"scope"})), THE_SAME),
    ("someone limited the authenticators: kept", found(authenticators=frozenset({"authenticator"})), THE_SAME),
    ("someone gave further capabilities: kept", found(capabilities=frozenset({"code", "client-credentials"})), THE_SAME),
    ("clients authenticate by certificate: secret is added", found(client_authentication_methods=frozenset({"mutual-tls"})), {
        f"{INNER}/client-authentication-method/secret": (None, "on"),
    }),
    ("clients authenticate by both: kept", found(client_authentication_methods=frozenset({"mutual-tls", "secret"})), THE_SAME),
    ("someone else registers clients too: joined", found(authenticate_client_by=("portal",)), {
        f"{INNER}/authenticate-client-by": (None, "konnect-dcr"),
    }),
    ("we stand beside someone else: kept", found(authenticate_client_by=("portal", "konnect-dcr")), THE_SAME),
    ("our capability was taken away", found(capabilities=frozenset({"code"})), {
        f"{INNER}/capabilities/client-credentials": (None, "on"),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "registration", "expected"), TABLE, ids=[reason for reason, _, _ in TABLE])
def test_what_someone_chose_is_kept_and_what_we_need_is_added(
    reason: str, registration: DynamicRegistration | None, expected: dict[str, tuple[str | None, str]]
) -> None:
    diff = diff_registration(replace(PROFILE, registration=registration), wanted())

    assert {change.path: (change.before, change.after) for change in diff.changes} == expected
    assert not any(change.conflict for change in diff.changes)
    assert (diff.problems, diff.warnings) == ((), ())


def test_joining_registration_says_that_it_concerns_others() -> None:
    off = diff_registration(PROFILE, wanted())
    on = diff_registration(replace(PROFILE, registration=DynamicRegistration("default-datasource")), wanted())

    assert not any(change.impact for change in off.changes)
    assert {change.path for change in on.changes if not change.impact} == {f"{INNER}/authenticate-client-by"}


@pytest.mark.parametrize(
    ("case", "setting"),
    [
        ("no-authentication", {"no_authentication": True}),
        ("authenticate-user-by", {"authenticate_user_by": ("web-shop",)}),
        ("mutual-tls", {"mutual_tls": True}),
        ("mutual-tls-by-proxy", {"mutual_tls_by_proxy": True}),
    ],
)
def test_another_way_to_authenticate_registrants_is_a_conflict(case: str, setting: dict[str, Any]) -> None:
    registration = found(authenticate_client_by=(), **setting)

    (change,) = diff_registration(replace(PROFILE, registration=registration), wanted()).changes

    assert (change.path, change.before, change.after) == (f"{INNER}/authenticate-client-by", case, "konnect-dcr")
    assert change.conflict == f"registrants authenticate by {case} here, and would be locked out"


def test_another_data_source_is_a_conflict_since_its_clients_would_be_lost() -> None:
    (change,) = diff_registration(replace(PROFILE, registration=replace(COMPLETE, client_data_source="theirs")), wanted()).changes

    assert (change.before, change.after) == ("theirs", "default-datasource")
    assert "clients registered so far are kept in theirs" in change.conflict


def test_capabilities_are_the_wish_within_what_the_profile_has() -> None:
    wish = wanted(capabilities=("code", "client-credentials", "assisted-token"))

    diff = diff_registration(PROFILE, wish)

    assert {change.path for change in diff.changes if "/capabilities/" in change.path} == {
        f"{INNER}/capabilities/code",
        f"{INNER}/capabilities/client-credentials",
    }
    assert diff.warnings == (f"{INNER}/capabilities: assisted-token is left out, since profile token-service has it off",)


def test_a_capability_that_this_run_will_enable_first_counts_as_enabled() -> None:
    bare = replace(PROFILE, capabilities=frozenset())

    diff = diff_registration(bare, wanted(set_preconditions=True))

    assert f"{INNER}/capabilities/client-credentials" in {change.path for change in diff.changes}
    assert diff.problems == ()


def test_a_profile_with_none_of_the_wished_capabilities_is_a_problem() -> None:
    diff = diff_registration(replace(PROFILE, capabilities=frozenset({"introspection"})), wanted())

    (problem,) = diff.problems
    assert problem.field == f"{INNER}/capabilities"


def test_an_absent_profile_is_left_to_the_diff_that_tells_it() -> None:
    diff = diff_enablement(CurityState(None), wanted())

    assert (diff.differences, diff.problems) == ((), ())
