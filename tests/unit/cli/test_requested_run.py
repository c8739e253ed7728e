"""A run is asked for until the server has said what became of it, and followed to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx
from prefect.settings import PREFECT_API_URL, temporary_settings

from cli import main
from cli.requested_run import idempotency_key
from dcr.documents.loading import load_tenant
from tests.unit.cli.contexts import ACME
from tests.unit.cli.prefect_answers import BY_NAME, CREATE, RUN_ID, URL, answering, created, run

TENANT = load_tenant(ACME)
Said = pytest.CaptureFixture[str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> Iterator[Said]:
    """What the command says, at a server that answers."""
    monkeypatch.setattr("cli.requested_run.POLL_SECONDS", 0.0)
    with answering():
        yield capsys


def becoming(*states: tuple[str, str]) -> None:
    """Each look at the run finds the next state."""
    respx.get(f"{URL}/flow_runs/{RUN_ID}").mock(side_effect=[httpx.Response(200, json=run(*state)) for state in states])


def test_the_key_is_the_tenant_its_specification_and_the_request() -> None:
    other = TENANT.model_copy(update={"ticket": "another"})
    taking = idempotency_key(TENANT, "1", ["a", "b"])
    keys = {idempotency_key(TENANT, "1"), idempotency_key(other, "1"), idempotency_key(TENANT, "2"), taking}
    assert len(keys) == 4
    assert taking == idempotency_key(TENANT, "1", ["b", "a", "b"])
    assert all(key.startswith("acme-") for key in keys)
    assert idempotency_key(TENANT, "1") == idempotency_key(load_tenant(ACME), "1")


def test_a_new_run_is_named_and_left_alone(said: Said) -> None:
    route = respx.post(CREATE).mock(side_effect=created)
    assert main(["trigger", str(ACME), "--request-id", "1"]) == 0
    out, err = said.readouterr()
    assert out == f"{RUN_ID}\n"
    assert err == f"  started: lively-otter, http://prefect.test/v2/runs/flow-run/{RUN_ID}\n"
    sent = json.loads(route.calls[0].request.content)
    assert sent["idempotency_key"] == idempotency_key(TENANT, "1")
    assert sent["parameters"] == {"tenant": TENANT.model_dump(mode="json"), "take": []}


def test_what_may_be_taken_over_goes_along(said: Said) -> None:
    route = respx.post(CREATE).mock(side_effect=created)
    path = "vault/tenants/acme/spec/requested_by"
    assert main(["trigger", str(ACME), "--request-id", "1", "--take", path]) == 0
    sent = json.loads(route.calls[0].request.content)
    assert sent["idempotency_key"] == idempotency_key(TENANT, "1", [path]) != idempotency_key(TENANT, "1")
    assert sent["parameters"]["take"] == [path]


def test_a_run_whose_first_answer_was_lost_is_still_new(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prefect.client.base.time.sleep", lambda _seconds: None)
    answers = iter([httpx.ReadError("x"), None])
    route = respx.post(CREATE).mock(side_effect=lambda request: raised(error) if (error := next(answers)) else created(request))
    assert main(["trigger", str(ACME)]) == 0
    assert "started: " in said.readouterr().err
    assert len({call.request.content for call in route.calls}) == 1


def raised(error: Exception) -> httpx.Response:
    raise error


def test_waiting_tells_each_state_once_and_ends_as_the_run_does(said: Said) -> None:
    respx.post(CREATE).mock(side_effect=created)
    becoming(("RUNNING", "Running"), ("RUNNING", "Running"), ("FAILED", "Failed"))
    assert main(["trigger", str(ACME), "--wait"]) == 1
    assert said.readouterr().err.splitlines()[1:] == ["  Running: in words", "  Failed: in words"]


def test_a_request_that_exists_and_failed_says_how_to_retry_it(said: Said) -> None:
    respx.post(CREATE).respond(200, json=run("FAILED", "Failed", labels={"dcr.asked-by": "somebody before"}))
    assert main(["trigger", str(ACME), "--request-id", "1"]) == 1
    err = said.readouterr().err
    assert "exists: " in err
    assert "exists and failed: retry it" in err


def test_a_request_that_exists_and_runs_is_waited_for(said: Said) -> None:
    respx.post(CREATE).respond(200, json=run("RUNNING", "Running"))
    becoming(("COMPLETED", "Completed"))
    assert main(["trigger", str(ACME), "--request-id", "1", "--wait"]) == 0


def test_a_deployment_that_is_not_there_says_what_to_do(said: Said) -> None:
    respx.get(BY_NAME).respond(404, json={"detail": "Deployment not found"})
    assert main(["trigger", str(ACME)]) == 1
    assert said.readouterr().err == (
        f"prefect: GET {BY_NAME}: is not known there (404). Deploy first: `prefect --no-prompt deploy --all`.\n"
    )


def test_an_answer_that_stays_lost_names_the_request_to_repeat(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prefect.client.base.time.sleep", lambda _seconds: None)
    respx.post(CREATE).mock(side_effect=httpx.ReadError("x"))
    assert main(["trigger", str(ACME), "--request-id", "ACME-7"]) == 1
    assert said.readouterr().err.endswith("It may have started a run: ask again with --request-id ACME-7.\n")


def test_a_faulty_tenant_reaches_no_server(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "tenant.yaml"
    file.write_text("slug: ACME!\n")
    assert main(["trigger", str(file)]) == 1
    assert respx.calls.call_count == 0
    assert f"{file}:1" in said.readouterr().err


def test_without_a_server_the_variable_is_named(capsys: Said) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert main(["trigger", str(ACME)]) == 1
    assert "PREFECT_API_URL: is not set" in capsys.readouterr().err
