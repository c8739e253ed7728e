"""Source of what is expected: docs/vendors/curity.md, Issuer URL, Endpoints and service roles, Metadata."""

from __future__ import annotations

import pytest

from tests.sandbox.curity_runtime.configuration import BASE_URL, ISSUER, METADATA_PATH, REGISTRATION_PATH
from tests.sandbox.curity_runtime.conftest import RunTime

SERVER = "//as:authorization-server"
ROLE = "//base:service-role[base:id='default']"


def test_metadata_names_the_issuer_and_the_deployed_endpoints(run_time: RunTime) -> None:
    found = run_time.metadata()
    assert found["issuer"] == ISSUER
    assert found["token_endpoint"] == f"{BASE_URL}/oauth/v2/oauth-token"
    assert found["jwks_uri"] == f"{ISSUER}/jwks"
    assert found["registration_endpoint"] == f"{BASE_URL}{REGISTRATION_PATH}"
    assert "end_session_endpoint" not in found


def test_a_scope_that_is_not_exposed_is_not_in_metadata(run_time: RunTime) -> None:
    assert run_time.metadata()["scopes_supported"] == ["openid", "read"]


def test_metadata_may_be_cached_as_long_as_the_configuration_says(run_time: RunTime) -> None:
    assert run_time.http.get(METADATA_PATH).headers["cache-control"] == "max-age=600"
    run_time.configuration.add(f"{SERVER}/as:openid-connect/as:expose-metadata", "<cache-duration>30</cache-duration>")
    assert run_time.http.get(METADATA_PATH).headers["cache-control"] == "max-age=30"


def test_without_dcr_there_is_no_registration_endpoint(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{SERVER}/as:dynamic-client-registration")
    assert "registration_endpoint" not in run_time.metadata()
    assert run_time.http.post(REGISTRATION_PATH, json={}).status_code == 404


def test_a_dcr_endpoint_on_no_role_is_neither_shown_nor_served(run_time: RunTime) -> None:
    run_time.configuration.remove(f"{ROLE}/base:endpoints[.='dcr']")
    assert "registration_endpoint" not in run_time.metadata()
    assert run_time.http.post(REGISTRATION_PATH, json={}).status_code == 404


def test_a_role_that_is_not_enabled_deploys_nothing(run_time: RunTime) -> None:
    run_time.configuration.add(ROLE, "<enabled>false</enabled>")
    assert run_time.http.get(METADATA_PATH).status_code == 404
    assert run_time.token().status_code == 200, "the other role still deploys the token endpoint"


@pytest.mark.parametrize("path", [f"{SERVER}/as:openid-connect/as:expose-metadata", f"{ROLE}/base:endpoints[.='anonymous']"])
def test_openid_metadata_needs_its_section_and_the_anonymous_endpoint(run_time: RunTime, path: str) -> None:
    run_time.configuration.remove(path)
    assert run_time.http.get(METADATA_PATH).status_code == 404


def test_oauth_metadata_is_off_until_it_is_exposed(run_time: RunTime) -> None:
    path = "/.well-known/oauth-authorization-server/oauth/v2/oauth-anonymous"
    assert run_time.http.get(path).status_code == 404
    run_time.configuration.add(SERVER, "<expose-metadata/>")
    assert run_time.http.get(path).json()["issuer"] == ISSUER
    assert run_time.http.get(f"{path}/else").status_code == 404


def test_an_issuer_override_wins(run_time: RunTime) -> None:
    run_time.configuration.add(SERVER, "<issuer-override>https://login.example</issuer-override>")
    assert run_time.metadata()["issuer"] == "https://login.example"


def test_late_metadata_shows_the_registration_endpoint_after_some_requests(run_time: RunTime) -> None:
    run_time.readings.set("curity.metadata-delay", "late")
    assert ["registration_endpoint" in run_time.metadata() for _ in range(5)] == [False, False, False, True, True]


def test_the_delay_starts_anew_when_the_endpoint_goes_and_comes_back(run_time: RunTime) -> None:
    run_time.node.set_knobs({"metadata_delay_requests": 1})
    assert ["registration_endpoint" in run_time.metadata() for _ in range(2)] == [False, True]
    run_time.configuration.remove(f"{ROLE}/base:endpoints[.='dcr']")
    run_time.metadata()
    run_time.configuration.add(ROLE, "<endpoints>dcr</endpoints>")
    assert "registration_endpoint" not in run_time.metadata()


def test_the_mutation_hides_the_registration_endpoint_for_ever(run_time: RunTime) -> None:
    run_time.node.set_knobs({"hide_registration_endpoint": True})
    assert not any("registration_endpoint" in run_time.metadata() for _ in range(5))


def test_the_documented_extras_are_a_reading(run_time: RunTime) -> None:
    assert "pushed_authorization_request_endpoint" not in run_time.metadata()
    run_time.readings.set("curity.metadata-extras", "documented")
    assert run_time.metadata()["pushed_authorization_request_endpoint"] == f"{BASE_URL}/oauth/v2/oauth-authorize/par"


def test_metadata_is_only_read(run_time: RunTime) -> None:
    assert run_time.http.post(METADATA_PATH).status_code == 405
    assert run_time.http.head(METADATA_PATH).status_code == 200
