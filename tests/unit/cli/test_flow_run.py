"""`dcr onboard --prefect`: the flow runs in this process, with the files that the command was given, and its end is the command's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli import main
from dcr.errors import CheckFailed
from dcr.model.tenant import Tenant
from dcr.results.report import Report, Verdict
from deployments.processes import free_port
from tests.unit.cli.contexts import ACME, BAD, SANDBOX
from tests.unit.cli.prefect_answers import answering
from tests.unit.cli.test_endings import started
from tests.unit.rendering import values

ARGUMENTS = ["onboard", str(ACME), "--platform", str(SANDBOX)]


class Flow:
    """In place of the flow: keeps what it was given and what it finds, and ends as it should."""

    def __init__(self, end: Report | Exception) -> None:
        self.end, self.tenants, self.found = end, list[Tenant](), dict[str, str]()
        self.take = list[str]()

    def __call__(self, tenant: Tenant, *, take: list[str], return_state: bool) -> Flow:
        """As a flow and as its state, whose result it is."""
        assert return_state
        self.tenants.append(tenant)
        self.take = take
        self.found = dict(os.environ)
        return self

    def result(self, *, raise_on_failure: bool) -> Report | Exception:
        assert not raise_on_failure
        return self.end


@contextmanager
def flowing(monkeypatch: pytest.MonkeyPatch, end: Report | Exception) -> Iterator[Flow]:
    flow = Flow(end)
    monkeypatch.setattr("flows.onboard_tenant.onboard_tenant", flow)
    with answering():
        yield flow


def test_the_flow_gets_the_tenant_and_finds_its_settings_as_at_a_worker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DCR_PREFECT", "1")
    with flowing(monkeypatch, values.report(error="", verdict=Verdict.OK)) as flow:
        assert main([*ARGUMENTS, "--ready-file", "sandbox.json", "--take", "vault/tenants/acme/spec"]) == 0
    assert ([tenant.slug for tenant in flow.tenants], flow.take) == (["acme"], ["vault/tenants/acme/spec"])
    assert flow.found["DCR_PLATFORM_FILE"] == str(SANDBOX)
    assert flow.found["DCR_READY_FILE"].endswith("/sandbox.json")
    assert flow.found["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] == "CRITICAL"
    assert not {"DCR_READY_FILE", "DCR_PLATFORM_FILE", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"} & set(os.environ)
    printed = capsys.readouterr()
    assert printed.out.startswith("Tenant acme on platform sandbox")
    assert printed.err == "  running onboard_tenant at http://prefect.test/api\n"


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.OK, 0), (Verdict.PENDING, 3), (Verdict.UNKNOWN, 1), (Verdict.FAILED, 1)])
def test_the_exit_code_is_the_verdict_of_the_flows_report(verdict: Verdict, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with flowing(monkeypatch, values.report(error="", verdict=verdict)):
        assert main([*ARGUMENTS, "--prefect"]) == code


def test_a_run_that_ended_before_it_had_a_report_says_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with flowing(monkeypatch, CheckFailed("smoke test", "a wrong secret was let in", "Fix the gateway.")):
        assert main([*ARGUMENTS, "--prefect"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1] == "smoke test: a wrong secret was let in. Fix the gateway."


def test_a_flow_is_not_started_for_a_bad_tenant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = BAD / "tenants/bad_slug.yaml"
    with flowing(monkeypatch, values.report()) as flow:
        assert main(["onboard", str(path), "--platform", str(SANDBOX), "--prefect"]) == 1
    assert flow.tenants == []
    assert capsys.readouterr().err.startswith(f"{path}:1: tenant.slug")


def test_without_a_server_the_command_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_port()}/api"
    monkeypatch.setenv("PREFECT_API_URL", url)
    ended = started(sys.executable, "-m", "cli", *ARGUMENTS, "--prefect")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"prefect: GET {url}/admin/version: could not be reached (ConnectError). "
        "Check its address, the network and the proxy; the call was not sent.\n"
    )
