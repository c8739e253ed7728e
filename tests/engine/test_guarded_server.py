"""A server that wants a login and CSRF tokens: what we ship is deployed there, and started from outside."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from cli import main
from deployments.local import deploy
from tests.engine.installation import environment
from tests.engine.prefect_processes import PROMPT, migrated_home, plain_environment, start_server
from tests.engine.serving import PREPARED, server_cache
from tests.sandbox_fixture import TREE

LOGIN = "operator:pass:word"
GUARDED = {
    "PREFECT_SERVER_API_AUTH_STRING": LOGIN,
    "PREFECT_API_AUTH_STRING": LOGIN,
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[str]:
    """Of its API."""
    directory = tmp_path_factory.mktemp("guarded")
    home = migrated_home(server_cache(pytestconfig), directory)
    server, found = start_server(home, directory / "server.log", {**PROMPT, **PREPARED, **GUARDED})
    try:
        deploy(environment(found, directory, plain_environment() | GUARDED))
        yield found
    finally:
        server.kill()


TRIGGER = ["trigger", str(TREE / "examples/tenants/acme.yaml"), "--request-id", "ACME-1"]


def test_with_the_login_a_run_is_started_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: LOGIN}):
        assert [main(TRIGGER), main(TRIGGER)] == [0, 0]
    printed = capsys.readouterr()
    first, again = printed.out.split()
    assert first == again
    assert [line.split(":")[0].strip() for line in printed.err.splitlines()] == ["started", "exists"]
    with httpx.Client(auth=httpx.BasicAuth(*LOGIN.split(":", 1)), trust_env=False) as client:
        assert client.get(f"{url}/flow_runs/{first}").json()["parameters"]["tenant"]["slug"] == "acme"
        # The server does want the token: a write without one is refused.
        assert client.post(f"{url}/flow_runs/filter", json={}).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("login", ["", "operator:wrong"])
def test_without_it_nothing_is_started_and_the_remedy_is_named(url: str, capsys: pytest.CaptureFixture[str], login: str) -> None:
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}):
        assert main(TRIGGER) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "PREFECT_API_AUTH_STRING" in told.err
