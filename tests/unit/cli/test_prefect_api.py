"""A run is asked for until the server has said what became of it; its words are told, a login never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx

from cli import main
from cli.prefect_api import ATTEMPTS, Deployment, PrefectApi, connected, idempotency_key
from dcr.documents.loading import load_tenant
from dcr.errors import Missing, Refused, Unreachable
from dcr.secret import Secret
from tests.unit.cli.contexts import ACME

URL = "http://prefect.test/api"
CREATE = f"{URL}/deployments/d1/create_flow_run"
CSRF = f"{URL}/csrf-token"
BY_NAME = f"{URL}/deployments/name/onboard%20tenant/onboard"
RUN = {"id": "r1", "name": "lively-otter", "state": {"type": "SCHEDULED", "name": "Scheduled", "message": None}}
TENANT = load_tenant(ACME)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def api(waits: list[float]) -> Iterator[PrefectApi]:
    with respx.mock, connected(URL, None, waits.append) as connection:
        respx.get(CSRF).respond(422)  # as a server without this protection says
        yield connection


def start(api: PrefectApi) -> bool:
    return api.start(Deployment(id="d1"), TENANT, "key").new


def test_the_key_is_the_tenant_its_specification_and_the_request() -> None:
    other = TENANT.model_copy(update={"ticket": "another"})
    keys = {idempotency_key(TENANT, "1"), idempotency_key(other, "1"), idempotency_key(TENANT, "2")}
    assert len(keys) == 3
    assert all(key.startswith("acme-") for key in keys)
    assert idempotency_key(TENANT, "1") == idempotency_key(load_tenant(ACME), "1")


def test_the_tenant_and_the_key_are_sent_and_the_answer_says_whether_it_is_new(api: PrefectApi) -> None:
    route = respx.post(CREATE).mock(side_effect=[httpx.Response(201, json=RUN), httpx.Response(200, json=RUN)])
    assert [start(api), start(api)] == [True, False]
    sent = json.loads(route.calls[0].request.content)
    assert sent["idempotency_key"] == "key"
    assert sent["parameters"]["tenant"]["slug"] == "acme"


@pytest.mark.parametrize("trouble", [*map(httpx.Response, (408, 429, 502, 503, 504)), httpx.ReadError("x"), httpx.ConnectError("x")])
def test_what_a_busy_server_drops_is_sent_again(api: PrefectApi, trouble: httpx.Response | Exception, waits: list[float]) -> None:
    route = respx.post(CREATE).mock(side_effect=[trouble, trouble, httpx.Response(201, json=RUN)])
    assert start(api)
    assert len({call.request.content for call in route.calls}) == 1
    assert len(waits) == 2


def test_a_wait_that_the_server_names_is_kept(api: PrefectApi, waits: list[float]) -> None:
    respx.post(CREATE).mock(side_effect=[httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(201, json=RUN)])
    assert start(api)
    assert waits == [7]


def test_a_server_that_is_not_there_is_given_up_on(api: PrefectApi) -> None:
    route = respx.post(CREATE).mock(side_effect=httpx.ConnectError("x"))
    with pytest.raises(Unreachable, match=r"prefect\.test"):
        start(api)
    assert route.call_count == ATTEMPTS


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(409, json={"detail": "Validation failed for field 'tenant.slug'."}), r"tenant\.slug"),
        (httpx.Response(422, json={"exception_message": "Invalid request received."}), "Invalid request"),
        (httpx.Response(422, content=b"<html>"), "422"),
        (httpx.Response(409, json=["odd"]), "409"),
        (httpx.Response(401), "PREFECT_API_AUTH_STRING"),
        (httpx.Response(403), "403"),
        (httpx.Response(201, content=b"<html>"), "PREFECT_API_URL"),
        (httpx.Response(301, headers={"Location": "http://evil.test/"}), "301"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words_once(api: PrefectApi, answer: httpx.Response, words: str) -> None:
    route = respx.post(CREATE).mock(return_value=answer)
    with pytest.raises(Refused, match=words):
        start(api)
    assert route.call_count == 1


def test_a_deployment_that_is_not_there_says_what_to_do(api: PrefectApi) -> None:
    respx.get(BY_NAME).respond(404, json={"detail": "Deployment not found"})
    with pytest.raises(Missing, match="deploy --all"):
        api.deployment("onboard tenant", "onboard")


def test_a_server_that_wants_a_csrf_token_gets_one_and_a_new_one_when_its_hour_is_over(api: PrefectApi) -> None:
    tokens = [httpx.Response(200, json={"token": number, "client": "me"}) for number in ("one", "two")]
    respx.get(CSRF).mock(side_effect=tokens)
    answers = [httpx.Response(201, json=RUN), httpx.Response(403), httpx.Response(201, json=RUN)]
    route = respx.post(CREATE).mock(side_effect=answers)
    assert start(api)
    assert start(api)
    assert [call.request.headers["Prefect-Csrf-Token"] for call in route.calls] == ["one", "one", "two"]


def test_a_login_goes_as_basic_and_stays_out_of_what_is_told(waits: list[float]) -> None:
    with respx.mock, connected(URL, Secret("admin:pass:word"), waits.append) as api:
        route = respx.get(f"{URL}/flow_runs/r1").respond(500)
        with pytest.raises(Refused) as refused:
            api.run("r1")
    assert route.calls[0].request.headers["Authorization"] == "Basic YWRtaW46cGFzczp3b3Jk"
    assert "pass" not in f"{refused.value}{api!r}"


class Server:
    """The routes that `dcr trigger` asks, answering as told."""

    def __init__(self, created: int, *states: tuple[str, str]) -> None:
        runs = [RUN | {"state": {"type": kind, "name": name, "message": "in words"}} for kind, name in states]
        respx.get(BY_NAME).respond(200, json={"id": "d1"})
        respx.get(CSRF).respond(422)
        respx.post(CREATE).respond(created, json=runs[0])
        respx.get(f"{URL}/flow_runs/r1").mock(side_effect=[httpx.Response(200, json=run) for run in runs[1:]])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    monkeypatch.setenv("PREFECT_API_URL", URL)
    monkeypatch.delenv("DCR_PLATFORM_FILE", raising=False)
    monkeypatch.setattr("cli.trigger.POLL_SECONDS", 0.0)
    with respx.mock:
        yield capsys


def test_a_new_run_is_named_and_left_alone(told: pytest.CaptureFixture[str]) -> None:
    Server(201, ("SCHEDULED", "Scheduled"))
    assert main(["trigger", str(ACME)]) == 0
    out, err = told.readouterr()
    assert out == "r1\n"
    assert "http://prefect.test/v2/runs/flow-run/r1" in err


def test_waiting_tells_each_state_once_and_ends_as_the_run_does(told: pytest.CaptureFixture[str]) -> None:
    Server(201, ("SCHEDULED", "Scheduled"), ("RUNNING", "Running"), ("RUNNING", "Running"), ("FAILED", "Failed"))
    assert main(["trigger", str(ACME), "--wait"]) == 1
    assert told.readouterr().err.count("Running") == 1


def test_a_request_that_exists_and_failed_says_how_to_retry_it(told: pytest.CaptureFixture[str]) -> None:
    Server(200, ("FAILED", "Failed"))
    assert main(["trigger", str(ACME), "--request-id", "1"]) == 1
    assert "exists and failed: retry it" in told.readouterr().err


def test_a_request_that_exists_and_runs_is_waited_for(told: pytest.CaptureFixture[str]) -> None:
    Server(200, ("RUNNING", "Running"), ("COMPLETED", "Completed"))
    assert main(["trigger", str(ACME), "--request-id", "1", "--wait"]) == 0


def test_a_faulty_tenant_reaches_no_server(told: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "tenant.yaml"
    file.write_text("slug: ACME!\n")
    assert main(["trigger", str(file)]) == 1
    assert respx.calls.call_count == 0
    assert f"{file}:1" in told.readouterr().err


def test_without_a_server_the_variable_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["trigger", str(ACME)]) == 1
    assert "PREFECT_API_URL" in capsys.readouterr().err
