"""Every refusal of a Prefect server is one sentence with a remedy, and no login stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_CLIENT_RETRY_EXTRA_CODES, temporary_settings

from cli.prefect_client import address, prefect_server
from dcr.errors import DcrError, Missing, Passing, Refused, Unreachable
from deployments.processes import free_port
from tests.unit.cli.prefect_answers import CREATE, CSRF, DEPLOYMENT_ID, RUN_ID, URL, VERSION, answering, run


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """How long the client waited, at a server that answers."""
    waited: list[float] = []
    monkeypatch.setattr("prefect.client.base.time.sleep", waited.append)
    with answering(), temporary_settings({PREFECT_CLIENT_RETRY_EXTRA_CODES: "504"}):
        yield waited


def ask() -> Any:
    with prefect_server() as server:
        return server.create_flow_run_from_deployment(UUID(DEPLOYMENT_ID), parameters={})


@pytest.mark.parametrize("trouble", [*map(httpx.Response, (408, 429, 502, 503, 504)), httpx.ReadError("x"), httpx.ConnectError("x")])
def test_what_a_busy_server_drops_is_sent_again(trouble: httpx.Response | Exception, waits: list[float]) -> None:
    route = respx.post(CREATE).mock(side_effect=[trouble, trouble, httpx.Response(201, json=run())])
    assert str(ask().id) == RUN_ID
    assert len({call.request.content for call in route.calls}) == 1
    assert len(waits) == 2


def test_a_server_that_stays_busy_is_given_up_on(waits: list[float]) -> None:
    respx.post(CREATE).respond(503)
    with pytest.raises(Passing, match=r"answered 503\. The server is busy: try again\.$"):
        ask()
    assert waits


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(409, json={"detail": "Validation failed for field 'tenant.slug'."}), r"tenant\.slug"),
        (httpx.Response(422, json={"exception_message": "Invalid request received."}), "Invalid request"),
        (httpx.Response(422, content=b"<html>"), "422"),
        (httpx.Response(409, json=["odd"]), "409"),
        (httpx.Response(401), "PREFECT_API_AUTH_STRING"),
        (httpx.Response(403), "403"),
        (httpx.Response(500), "500"),
        (httpx.Response(301, headers={"Location": "http://evil.test/"}), "301"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words_once(waits: list[float], answer: httpx.Response, words: str) -> None:
    route = respx.post(CREATE).mock(return_value=answer)
    with pytest.raises(Refused, match=words):
        ask()
    assert route.call_count == 1
    assert waits == []


def test_what_the_server_does_not_know_is_missing(waits: list[float]) -> None:
    respx.get(f"{URL}/flow_runs/{RUN_ID}").respond(404)
    with pytest.raises(Missing, match="404"), prefect_server() as server:
        server.read_flow_run(UUID(RUN_ID))


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"<html>"), httpx.Response(404)])
def test_what_is_no_prefect_server_is_told_before_anything_is_asked_of_it(waits: list[float], answer: httpx.Response) -> None:
    respx.get(VERSION).mock(return_value=answer)
    with pytest.raises(Refused, match="PREFECT_API_URL"):
        ask()


def test_a_server_that_wants_a_csrf_token_gets_one_and_a_new_one_when_its_hour_is_over(waits: list[float]) -> None:
    expires = "2999-01-01T00:00:00Z"
    tokens = [httpx.Response(200, json={"token": number, "client": "me", "expiration": expires}) for number in ("one", "two")]
    respx.get(CSRF).mock(side_effect=tokens)
    over = httpx.Response(403, json={"detail": "Invalid CSRF token or client identifier."})
    route = respx.post(CREATE).mock(side_effect=[over, httpx.Response(201, json=run())])
    ask()
    assert [call.request.headers["Prefect-Csrf-Token"] for call in route.calls] == ["one", "two"]


def test_a_login_goes_as_basic_and_stays_out_of_what_is_told(waits: list[float]) -> None:
    respx.get(VERSION).respond(500)
    with temporary_settings({PREFECT_API_AUTH_STRING: "admin:pass:word"}), pytest.raises(Refused) as refused, prefect_server():
        pass
    assert respx.calls[0].request.headers["Authorization"] == "Basic YWRtaW46cGFzczp3b3Jk"
    assert "pass" not in f"{refused.value!r}{refused.value}"


def test_an_address_with_a_login_is_told_without_it(waits: list[float]) -> None:
    with temporary_settings({PREFECT_API_URL: "http://me:hidden@prefect.test/api"}), prefect_server() as server:
        assert address(server) == URL
        respx.post(CREATE).mock(side_effect=httpx.ConnectError("x"))
        with pytest.raises(DcrError) as told:
            ask()
    assert "hidden" not in str(told.value)


def test_nothing_that_listens_is_one_sentence() -> None:
    with (
        temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}),
        pytest.raises(Unreachable, match="could not be reached"),
        prefect_server(),
    ):
        pass
